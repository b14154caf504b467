"""What the migrations have made of a schema, kept in the ledger beside the rows that record them."""

from collections.abc import Mapping, Sequence
from functools import partial

from bootctl.migrate.inspection import Database, Made
from bootctl.migrate.protocol import Guard, SessionMarker
from bootctl.migrate.snapshots import Scope, Snapshot
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.migrate.tortoise_common.records import Records
from bootctl.migrate.tortoise_common.shown import shows
from bootctl.verify.catalog.objects import Catalog


class Keeping:
    """Keeps it for each connection, of which ``before`` has what was read before the upgrade."""

    def __init__(
        self, migrations: Migrations, records: Records, before: Mapping[str, Database]
    ) -> None:
        self._migrations = migrations
        self._records = records
        self._before = before

    async def here(self, live: Live, applied: Sequence[Step]) -> Snapshot | None:
        """Keep what the steps that were ``applied`` have made, in the transaction of ``live``."""
        scope, revision = self._scope(live), self._last(live, applied)
        before = self._before[live.name].snapshot
        if before is None:
            return None
        if not revision:
            return before
        kept: Snapshot | None = await live.run(
            partial(scope.keep, before=before, revision=revision, heads=self._heads(live))
        )
        return kept

    async def elsewhere(
        self, live: Live, applied: Sequence[Step], session: SessionMarker
    ) -> Catalog | None:
        """Keep the same, which is committed, on a connection that can write, and return it."""
        before, revision = self._before[live.name].snapshot, self._last(live, applied)
        if before is None or not revision:
            return None
        scope, heads = self._scope(live), self._heads(live)
        keep = partial(scope.keep, before=before, revision=revision, heads=heads)
        kept: Snapshot | None = session.run(live.url, keep)
        return kept.live if kept else None

    async def tell(self, guard: Guard, live: Live) -> None:
        """Tell ``guard`` what is made in the transaction of ``live``."""
        if guard.made and self._before[live.name].snapshot:
            self.told(guard, live, await live.run(self._scope(live).now), can_roll_back=True)

    def told(self, guard: Guard, live: Live, after: Catalog | None, *, can_roll_back: bool) -> None:
        """Tell ``guard`` what was made, where that is known."""
        if guard.made and after:
            guard.made(Made(self._before[live.name], after, can_roll_back))

    def name_of(self, live: Live) -> str:
        """Return what tells the database from the others of the project."""
        return self._before[live.name].name

    def _apps(self, live: Live) -> list[str]:
        """Return those of the connection; Aerich records all of them in one, which need not be it."""
        own = (step.app for step in self._migrations.steps if step.connection == live.name)
        recorded_in = self._migrations.recorded_in
        return [app for app in dict.fromkeys(own) if recorded_in(app) == live.name]

    def _scope(self, live: Live) -> Scope:
        return self._records.scope(self._apps(live), shows(live), live.models.schemas)

    def _last(self, live: Live, applied: Sequence[Step]) -> str:
        apps = self._apps(live)
        return next((step.key for step in reversed(applied) if step.app in apps), "")

    def _heads(self, live: Live) -> tuple[str, ...]:
        """Return where the database is when nothing is pending any more."""
        last = {step.app: step.key for step in self._migrations.steps}
        return tuple(self._migrations.id(app, last[app]) for app in self._apps(live))
