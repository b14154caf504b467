"""The backend for both: to inspect, to upgrade and to print are each one run of Tortoise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tortoise import Tortoise

from bootctl.config.settings import Settings
from bootctl.database.connector import Connector
from bootctl.database.state import Difference, History
from bootctl.database.url import Url
from bootctl.errors import BootError, Interrupted
from bootctl.migrate.inspection import Comparison, Database, Inspection, NewTargets, Stamp
from bootctl.migrate.protocol import Compare, Guard, Inspected, IsReady, WaitedFor, never
from bootctl.migrate.tortoise_common.connection import Live, initialised, looking, migrating
from bootctl.migrate.tortoise_common.migration_targets import connector, migration_targets
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.output import log
from bootctl.output.capture import captured
from bootctl.project.tortoise.config import Config
from bootctl.project.tortoise.databases import Databases
from bootctl.project.tortoise.faults import project_fault
from bootctl.verify.catalog.read import reader_of

if TYPE_CHECKING:
    from bootctl.ledger.recovery import RecoveryPlan
    from bootctl.migrate.progress import Progress
    from bootctl.migrate.risk.printed import PrintedMigration
    from bootctl.migrate.round_trip import RoundTrips
    from bootctl.migrate.tortoise_common.keeping import Keeping
    from bootctl.migrate.tortoise_common.reader import Reader
    from bootctl.migrate.tortoise_common.records import Records
    from bootctl.migrate.upgraded import Upgraded
    from bootctl.project.unimported import Unimported

_Result = TypeVar("_Result")

Opened = AbstractAsyncContextManager[Live]
"""A connection to be opened, or one that is."""


class TortoiseBackend:
    """See ``bootctl.migrate.protocol.Backend``."""

    def __init__(
        self, root: Path, settings: Settings, config: Config, migrations: Migrations
    ) -> None:
        self.name = migrations.name
        self._root = root
        self._config = config
        self._migrations = migrations
        self._settings = settings
        self._databases = Databases(root, config, settings)

    @cached_property
    def _records(self) -> "Records":
        from bootctl.migrate.snapshots import lock_of
        from bootctl.migrate.tortoise_common.records import Records

        return Records(self._root, self._migrations, lock_of(self._root, self._settings))

    @cached_property
    def _reader(self) -> "Reader":
        from bootctl.migrate.tortoise_common.reader import Reader

        return Reader(self._root, self._settings, self._config, self._migrations, self._records)

    def import_rest(self) -> None:
        """Import what reads the databases."""
        from bootctl.migrate.tortoise_common import reader  # noqa: F401  # for the import alone

        for url in self._databases.located():
            reader_of(url.scheme)

    def history(self) -> History:
        """Return the migrations in the code."""
        return self._migrations.history()

    def locate(self) -> tuple[Url, ...]:
        """Return the databases of the connections that apps use."""
        return self._databases.located()

    def connector(self, url: Url) -> Connector | None:
        """Return how Tortoise connects to ``url``."""
        return connector(self._databases, url)

    def connects_by_url(self, url: Url) -> bool:
        """Return ``True``: Tortoise connects by the credentials that the URL is made of."""
        return True

    def inspect(self, compare: Compare, known: WaitedFor, is_ready: IsReady = never) -> Inspected:
        """Read every database that an app of the configuration uses."""
        identities = {url.identity for url in known}
        new = tuple(url for url in self.locate() if url.identity not in identities)
        return NewTargets(new) if new else self._run(self._inspect(compare))

    def recovery_plan(self, inspection: Inspection, database: Database) -> "RecoveryPlan":
        """Return it by what the migration prints, and its downgrade."""
        return self._run(self._recovery_plan(database))

    def stamp(self, database: Database, revision: str) -> Stamp:
        """Return the rows that the tool itself would write."""
        return self._run(self._stamp(database, revision))

    def upgrade(self, inspection: Inspection, guard: Guard) -> "Upgraded":
        """Apply what is pending, in one transaction with its verification where there can be one."""
        from bootctl.migrate.progress import Progress  # not at head
        from bootctl.migrate.tortoise_common.sqlite import transactional_scripts

        progress = Progress()
        try:
            with transactional_scripts():
                self._run(self._upgrade(inspection, guard, progress), progress)
        except BootError as error:
            return progress.upgraded(error)
        return progress.upgraded()

    def round_trips(self, inspection: Inspection, guard: Guard, trips: "RoundTrips") -> None:
        """Apply what is pending, step by step, and undo and apply again each on the way."""
        from bootctl.migrate.progress import Progress  # for that only
        from bootctl.migrate.tortoise_common.sqlite import transactional_scripts

        progress = Progress()
        with transactional_scripts():
            self._run(self._round_trips(guard, progress, trips), progress)

    def sql(self, inspection: Inspection) -> str:
        """Return the statements of every pending migration, each below its name."""
        return self._run(self._sql())

    def printed(self, inspection: Inspection) -> "list[PrintedMigration]":
        """Return what each migration prints by itself."""
        from bootctl.migrate.tortoise_common.printing import printed  # not at head

        return self._run(printed(self._migrations, self._databases, self._initialised, inspection))

    def unmigrated(self) -> tuple[Difference, ...] | None:
        """Compare the models with what the migration files make of them."""
        return self._run(self._unmigrated())

    def unimported(self) -> "tuple[Unimported, ...]":
        """Return the models that are in the packages of others, and in no app."""
        return self._run(self._unimported())

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Return what a direction alone does not say."""
        return self._migrations.refusal(inspection, found)

    def new_migration(self, message: str, apps: Sequence[str] = ()) -> str:
        """Return the ORM's own command, as it works in this project."""
        return self._migrations.new_migration(message, apps)

    def _run(
        self, work: Coroutine[Any, Any, _Result], progress: "Progress | None" = None
    ) -> _Result:
        """Run, and turn whatever the project's code or the database raises into a typed error."""
        try:
            with captured():
                return asyncio.run(work)
        except (BootError, Interrupted):
            raise
        except BaseException as error:  # whatever a migration raises
            raise self._fault(error, progress) from error

    def _fault(self, error: BaseException, progress: "Progress | None") -> BaseException:
        from bootctl.migrate.faults import upgrade_fault  # where there is one

        fault = upgrade_fault(error, progress, self._root, self.name) if progress else None
        targets, what = self._databases.targets, "the project's models cannot be used"
        return fault or project_fault(error, self._root, what, targets)

    @asynccontextmanager
    async def _initialised(self, *, migrating: bool = False) -> AsyncIterator[None]:
        async with initialised(self._databases, migrating=migrating):
            log.intercept()  # the models' modules may have configured logging
            yield

    async def _inspect(self, compare: Compare) -> Inspection:
        async with self._initialised(), self._connected(looking) as lives:
            found = await self._reader.recorded(lives)
            read = [await self._reader.database(live, found, compare) for live in lives.values()]
        targets = migration_targets(self._config, self._databases, self._migrations)
        return Inspection.of(read, tuple(targets))

    async def _recovery_plan(self, database: Database) -> "RecoveryPlan":
        from bootctl.migrate.tortoise_common.dry_run import dry_run  # where something is half done
        from bootctl.migrate.tortoise_common.recovery import recovery_plan, unrecorded_plan

        state, scheme = database.incomplete, database.url.scheme
        partial = state.partial.revision if state and state.partial else None
        revision = partial or (database.pending[0] if database.unrecorded else None)
        step = next((step for step in self._migrations.steps if step.revision == revision), None)
        async with self._initialised():
            with dry_run(self._config.value["connections"]):
                client = Tortoise.get_connection(self._databases.connection(database.url))
                if state is None:
                    return await unrecorded_plan(self._migrations, database, step, client)
                return await recovery_plan(self._migrations, state, step, client, scheme)

    async def _stamp(self, database: Database, revision: str) -> Stamp:
        from bootctl.migrate.tortoise_common.stamping import stamped  # for that only

        async with self._initialised():
            return stamped(self._migrations, self._records, database, revision)

    async def _upgrade(self, inspection: Inspection, guard: Guard, progress: "Progress") -> None:
        from bootctl.migrate.tortoise_common.keeping import Keeping  # not at head
        from bootctl.migrate.tortoise_common.upgrade import Upgrade

        async with self._initialised(migrating=True):
            async with self._connected(looking) as lives:
                pending = self._reader.pending((await self._reader.recorded(lives)).rows)
                together = all(step.atomic for step in pending) and all(
                    live.is_transactional for live in lives.values()
                )
            upgrade = Upgrade(self._migrations, self._records, self._databases, guard, progress)
            names, databases = self._config.connections, inspection.databases
            before = dict(zip(names, databases, strict=True))
            keeping = Keeping(self._migrations, self._records, before)
            if together:
                marking = partial(migrating, session=guard.session)
                async with self._connected(marking) as lives:
                    await upgrade.together(
                        pending, lives, partial(self._kept, keeping, pending, guard)
                    )
            else:
                await upgrade.stepwise(pending, partial(keeping.tell, guard))
                async with self._connected(looking) as lives:
                    for live in lives.values():
                        kept = await keeping.elsewhere(live, pending, guard.session)
                        keeping.told(guard, live, kept, can_roll_back=False)

    async def _round_trips(self, guard: Guard, progress: "Progress", trips: "RoundTrips") -> None:
        from bootctl.migrate.tortoise_common.round_trip import Trips  # for that only
        from bootctl.migrate.tortoise_common.upgrade import Upgrade

        upgrade = Upgrade(self._migrations, self._records, self._databases, guard, progress)
        async with self._initialised(migrating=True):
            made = Trips(self._migrations, self._databases, guard, upgrade, progress, trips)
            await made.make()

    async def _sql(self) -> str:
        from bootctl.migrate.tortoise_common.dry_run import dry_run  # not in a boot

        async with self._initialised():
            async with self._connected(looking) as lives:
                pending = self._reader.pending((await self._reader.recorded(lives)).rows)
            with dry_run(self._config.value["connections"]):
                return "\n\n".join([await self._printed(step) for step in pending])

    async def _printed(self, step: Step) -> str:
        from bootctl.migrate.printing import printed_alone  # not in a boot

        client = Tortoise.get_connection(step.connection)
        with printed_alone(step.revision, self._root):
            printed = await self._migrations.sql(step, client)
        done = "" if printed.complete else "-- when all of it is done: "
        return "\n".join([f"-- {step.revision}", *printed.statements, f"{done}{printed.record}"])

    async def _unimported(self) -> "tuple[Unimported, ...]":
        from bootctl.project.tortoise.unimported import unimported  # not in a boot

        async with self._initialised():
            return tuple(unimported(self._root))

    async def _unmigrated(self) -> tuple[Difference, ...] | None:
        async with self._initialised():
            unmigrated = await self._migrations.unmigrated()
            return None if unmigrated is None else self._reader.placed(unmigrated)

    async def _kept(
        self, keeping: "Keeping", pending: list[Step], guard: Guard, live: Live
    ) -> Comparison:
        """Keep what the migrations have made in the transaction of ``live``, and compare it."""
        made = await keeping.here(live, pending)
        keeping.told(guard, live, made.live if made else None, can_roll_back=True)
        if guard.before_commit is None:
            return Comparison(())
        found = await self._reader.compared(live, made)
        if guard.compares_strictly(found):
            found = await self._reader.compared(live, made, strict=True)
        return found.of_database(keeping.name_of(live))

    @asynccontextmanager
    async def _connected(self, how: Callable[..., Any]) -> AsyncIterator[dict[str, Live]]:
        async with AsyncExitStack() as stack:
            lives = {}
            for name in self._config.connections:
                opened = how(name, self._databases.url(name))
                lives[name] = await stack.enter_async_context(opened)
            yield lives
