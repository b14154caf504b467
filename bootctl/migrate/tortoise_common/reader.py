"""What one run of Tortoise reads of the databases: their records, their schemas, and what differs."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bootctl.config.settings import Settings
from bootctl.database.migration_target import VersionTable
from bootctl.database.state import Difference
from bootctl.migrate.inspection import Comparison, Database
from bootctl.migrate.meanwhile import begin_to_import
from bootctl.migrate.protocol import Compare
from bootctl.migrate.reading import Reading
from bootctl.migrate.snapshots import Snapshot
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.migrate.tortoise_common.records import Found, Records, Rows
from bootctl.migrate.tortoise_common.shown import shows
from bootctl.project.tortoise.config import Config
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.needed import with_views

if TYPE_CHECKING:
    from bootctl.ledger.incomplete import IncompleteState

_COMMENTS = "comments of models: Tortoise's migrations need not write them"


class Reader:
    """Reads through connections that are open."""

    def __init__(
        self,
        root: Path,
        settings: Settings,
        config: Config,
        migrations: Migrations,
        records: Records,
    ) -> None:
        self._root = root
        self._config = config
        self._migrations = migrations
        self._records = records
        self._ignore = settings.verify.ignore

    async def recorded(self, lives: Mapping[str, Live]) -> Found:
        """Return what the tables of all connections hold."""
        found = Found()
        for name, live in lives.items():
            names = (app.name for app in self._config.apps)
            apps = [app for app in names if self._migrations.recorded_in(app) == name]
            read = await live.ask(self._records.read, apps)
            found.rows.update(read.rows)
            found.ledger.update(read.ledger)
        return found

    async def database(self, live: Live, found: Found, compare: Compare) -> Database:
        """Return the database of one connection, compared as ``compare`` asks."""
        apps = [app.name for app in self._config.apps if app.connection == live.name]
        left = [step for step in self.pending(found.rows) if step.app in apps]
        reading = self._reading(live, found, apps, left)
        incomplete, unrecorded = None, None
        if reading.may_be_incomplete:
            incomplete = await self._incomplete_state(live, found, left)
            unrecorded = await self._migrations.unrecorded(live, found.rows, left[0].revision)
        comparison, snapshot = None, None
        dirty = bool(incomplete or unrecorded)
        if reading.has_snapshot(compare):
            begin_to_import("bootctl.migrate.tortoise_common.drift")
            recorded = [app for app in apps if self._migrations.recorded_in(app) == live.name]
            scope = self._records.scope(recorded, shows(live), live.models.schemas)
            snapshot = await live.ask(scope.read, reading.current)
        if (not dirty or compare == "always") and reading.is_compared(compare, even_ahead=True):
            strict = reading.is_compared_strictly(compare)
            comparison = await self.compared(live, snapshot, strict=strict)
        table = VersionTable(None, self._migrations.table)
        read = reading.database(comparison, incomplete, unrecorded)
        return replace(read, snapshot=snapshot, version_table=table)

    def _reading(self, live: Live, found: Found, apps: list[str], left: list[Step]) -> Reading:
        rows = found.rows
        steps = {(step.app, step.key): step for step in self._migrations.steps}
        recorded = dict.fromkeys((app, key) for app in rows if app in apps for key in rows[app])
        edited, vanished = self._records.altered(found, apps)
        return Reading(
            url=live.url,
            transactional=live.is_transactional,
            has_migrations=bool(steps),
            current=tuple(self._migrations.id(app, rows[app][-1]) for app in apps if rows[app]),
            applied=tuple(s.revision.id for row, s in steps.items() if row in recorded),
            pending=tuple(step.revision for step in left),
            unknown=tuple(self._migrations.id(*row) for row in recorded if row not in steps),
            edited=edited,
            vanished=vanished,
        )

    async def _incomplete_state(
        self, live: Live, found: Found, left: list[Step]
    ) -> "IncompleteState | None":
        from bootctl.ledger.incomplete import IncompleteState  # not at head
        from bootctl.ledger.leftovers import leftovers

        half = await live.run(self._records.half_applied, found, left)
        ignore = () if half else self._ignore
        return IncompleteState(half, await live.run(leftovers, ignore)) or None

    def pending(self, rows: Rows) -> list[Step]:
        """Return the steps that no row records."""
        return [step for step in self._migrations.steps if step.key not in rows[step.app]]

    async def compared(
        self, live: Live, snapshot: Snapshot | None, *, strict: bool = False
    ) -> Comparison:
        """Compare. The verdict on what differs says which side is wrong, so that is asked too."""
        from bootctl.migrate.tortoise_common.drift import differences  # while it is read

        there = snapshot.live if snapshot else None
        found, models = await differences(live, self._migrations.accepts, there, strict=strict)
        comparison = Comparison(found)
        if snapshot:
            judged = Comparison.of(snapshot.judged(found, models))
            made = {item.name for item in (models.whole or Catalog(())).objects}
            named = made | live.models.unmanaged
            comparison = replace(judged, models=with_views(models.catalog, named, snapshot.live))
        if snapshot and comparison.compared_with == ("models",) and live.url.scheme != "sqlite":
            comparison = replace(comparison, not_compared=(*comparison.not_compared, _COMMENTS))
        if live.models.unmade:
            names = ", ".join(live.models.unmade)
            why = f"CHECKs of models ({names}): Tortoise makes one only where it makes a table anew"
            comparison = replace(comparison, not_compared=(*comparison.not_compared, why))
        if not comparison.differences:
            return comparison
        return replace(
            comparison,
            differences=self.placed(comparison.differences),
            unmigrated=await self._migrations.unmigrated(),
            owners=live.models.owners,
        )

    def placed(self, found: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Return differences with the lines of the models that they are about."""
        from bootctl.project.places import placed  # only where something differs
        from bootctl.project.tortoise.declared import declared

        return placed(found, self._root, declared, self._migrations.history)
