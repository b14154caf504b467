"""The backend for both: to inspect, to upgrade and to print are each one run of Tortoise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tortoise import Tortoise

from bootctl.config.settings import Settings
from bootctl.database.migration_target import MigrationTarget
from bootctl.database.state import Difference, Direction, History
from bootctl.errors import BootError, Interrupted
from bootctl.ledger.incomplete import Dirt
from bootctl.ledger.leftovers import leftovers
from bootctl.ledger.recovery import WayOut
from bootctl.migrate.faults import upgrade_fault
from bootctl.migrate.inspection import Database, Inspection, Upgraded
from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Compare, Guard, Located
from bootctl.migrate.tortoise_common.connection import Live, initialised, looking, migrating
from bootctl.migrate.tortoise_common.drift import differences
from bootctl.migrate.tortoise_common.dry_run import silent
from bootctl.migrate.tortoise_common.migration_targets import places
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.migrate.tortoise_common.records import Found, Records, Rows
from bootctl.migrate.tortoise_common.recovery import way_out
from bootctl.migrate.tortoise_common.sqlite import transactional_scripts
from bootctl.migrate.tortoise_common.upgrade import Upgrade
from bootctl.output import log
from bootctl.output.capture import captured
from bootctl.project.tortoise import Config
from bootctl.project.tortoise_databases import Addresses
from bootctl.project.tortoise_faults import project_fault

_Result = TypeVar("_Result")


Opened = AbstractAsyncContextManager[Live]
"""A connection to be opened, or one that is."""


class OrmBackend:
    """See ``bootctl.migrate.protocol.Backend``."""

    def __init__(
        self, root: Path, settings: Settings, config: Config, migrations: Migrations
    ) -> None:
        self.name = migrations.name
        self._root = root
        self._config = config
        self._migrations = migrations
        self._records = Records(root, migrations)
        self._addresses = Addresses(config, settings)
        self._ignore = settings.verify.ignore
        self._dirt: dict[str, tuple[Dirt, str]] = {}
        self._said: list[tuple[Difference, ...] | None] = []
        """What the migrations said is unmigrated, once they were asked."""

    def history(self) -> History:
        """The migrations in the code."""
        return self._migrations.history()

    def inspect(self, compare: Compare) -> Inspection:
        """Read every database that an app of the configuration uses."""
        self._addresses.admit()
        return self._run(self._inspect(compare))

    def way_out(self, database: Database) -> WayOut:
        """By what the migration prints, and its downgrade."""
        known = str(database.url) in self._dirt
        return self._run(self._way_out(database)) if known else WayOut()

    def places(self) -> tuple[MigrationTarget, ...]:
        """The databases of the connections that apps use."""
        return tuple(places(self._config, self._addresses, self._migrations))

    def upgrade(self, guard: Guard) -> Upgraded:
        """Apply what is pending, in one transaction with its verification where there can be one."""
        progress = Progress()
        with transactional_scripts():
            self._run(self._upgrade(guard, progress), progress)
        return progress.upgraded

    def sql(self) -> str:
        """The statements of every pending migration, each below its name."""
        return self._run(self._sql())

    def unmigrated(self) -> tuple[Difference, ...] | None:
        """The models, compared with what the migration files make of them."""
        if not self._said:
            self._run(self._ask())
        return self._said[0]

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """What a direction alone does not say."""
        return self._migrations.refusal(inspection, found)

    def new_migration(self, message: str) -> str:
        """The ORM's own command, as it works in this project."""
        return self._migrations.new_migration(message)

    def _run(self, work: Coroutine[Any, Any, _Result], progress: Progress | None = None) -> _Result:
        """Run, and turn whatever the project's code or the database raises into a typed error."""
        try:
            with captured():
                return asyncio.run(work)
        except (BootError, Interrupted, Located):
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            fault = upgrade_fault(error, progress, self._root) if progress is not None else None
            targets, what = self._addresses.targets, "the project's models cannot be used"
            raise fault or project_fault(error, self._root, what, targets) from error

    @asynccontextmanager
    async def _initialised(self, *, migrating: bool = False) -> AsyncIterator[None]:
        async with initialised(self._addresses.configuration(migrating=migrating)):
            log.intercept()  # the models' modules may have configured logging
            yield

    async def _inspect(self, compare: Compare) -> Inspection:
        async with self._initialised(), self._connected(looking) as lives:
            found = await self._recorded(lives)
            read = [await self._database(live, found, compare) for live in lives.values()]
        self._dirt = {str(database.url): (dirt, name) for database, dirt, name in read if dirt}
        return Inspection(tuple(database for database, _, _ in read))

    async def _way_out(self, database: Database) -> WayOut:
        dirt, name = self._dirt[str(database.url)]
        revision = dirt.half.revision if dirt.half else None
        step = next((step for step in self._migrations.steps if step.revision == revision), None)
        async with self._initialised():
            with silent(self._config.value["connections"]):
                client = Tortoise.get_connection(name)
                return await way_out(self._migrations, dirt, step, client, database.url.scheme)

    async def _upgrade(self, guard: Guard, progress: Progress) -> None:
        async with self._initialised(migrating=True):
            async with self._connected(looking) as lives:
                pending = self._pending((await self._recorded(lives)).rows)
                together = all(step.atomic for step in pending) and all(
                    live.is_transactional for live in lives.values()
                )
            upgrade = Upgrade(
                self._root, self._migrations, self._records, self._addresses, guard, progress
            )
            if together:
                claiming = partial(migrating, session=guard.session)
                async with self._connected(claiming) as lives:
                    await upgrade.together(pending, lives, self._compared)
            else:
                await upgrade.stepwise(pending)

    async def _sql(self) -> str:
        async with self._initialised():
            async with self._connected(looking) as lives:
                pending = self._pending((await self._recorded(lives)).rows)
            with silent(self._config.value["connections"]):
                return "\n\n".join([await self._printed(step) for step in pending])

    async def _printed(self, step: Step) -> str:
        client = Tortoise.get_connection(step.connection)
        printed = await self._migrations.sql(step, client)
        done = "" if printed.complete else "-- when all of it is done: "
        return "\n".join([f"-- {step.revision}", *printed.statements, f"{done}{printed.record}"])

    async def _ask(self) -> None:
        async with self._initialised():
            self._said.append(await self._migrations.unmigrated())

    async def _compared(self, live: Live, *, closely: bool = False) -> tuple[Difference, ...]:
        """What differs. Then the verdict says which side is wrong, so that is asked here too."""
        found = await differences(live, self._migrations.accepts, closely=closely)
        if found and not self._said:
            self._said.append(await self._migrations.unmigrated())
        return found

    @asynccontextmanager
    async def _connected(self, how: Callable[..., Any]) -> AsyncIterator[dict[str, Live]]:
        async with AsyncExitStack() as stack:
            lives = {}
            for name in self._config.connections:
                opened = how(name, self._addresses.url(name))
                lives[name] = await stack.enter_async_context(opened)
            yield lives

    async def _recorded(self, lives: Mapping[str, Live]) -> Found:
        found = Found()
        for name, live in lives.items():
            names = (app.name for app in self._config.apps)
            apps = [app for app in names if self._migrations.recorded_in(app) == name]
            read = await live.run(self._records.read, apps)
            found.rows.update(read.rows)
            found.ledger.update(read.ledger)
        return found

    async def _database(
        self, live: Live, found: Found, compare: Compare
    ) -> tuple[Database, Dirt | None, str]:
        rows = found.rows
        apps = [app.name for app in self._config.apps if app.connection == live.name]
        left = [step for step in self._pending(rows) if step.app in apps]
        pending = tuple(step.revision for step in left)
        steps = {(step.app, step.key): step for step in self._migrations.steps}
        recorded = [(app, key) for app in rows if app in apps for key in rows[app]]
        unknown = tuple(
            self._migrations.id(*row) for row in dict.fromkeys(recorded) if row not in steps
        )
        direction = Direction.of(recorded, unknown, pending)
        reason, dirt = "", None
        if direction in (Direction.FRESH, Direction.BEHIND) and pending:
            dirt = await self._read_dirt(live, found, left)
            unrecorded = await self._migrations.unrecorded(live, rows, pending[0])
            reason = "; ".join(filter(None, (str(dirt or ""), unrecorded)))
            direction = Direction.DIRTY if reason else direction
        at_head = direction in (Direction.AT_HEAD, Direction.AHEAD) or not steps
        wanted = compare == "always" or (compare != "never" and at_head)
        closely = compare == "ahead" and direction is Direction.AHEAD
        edited, vanished = self._records.altered(found, apps)
        database = Database(
            url=live.url,
            transactional=live.is_transactional,
            direction=direction,
            current=tuple(self._migrations.id(app, rows[app][-1]) for app in apps if rows[app]),
            applied=tuple(s.revision.id for row, s in steps.items() if row in recorded),
            pending=pending,
            unknown=unknown,
            differences=await self._compared(live, closely=closely) if wanted else None,
            reason=reason,
            has_way_out=bool(dirt),
            edited=edited,
            vanished=vanished,
        )
        return database, dirt, live.name

    async def _read_dirt(self, live: Live, found: Found, left: list[Step]) -> Dirt | None:
        half = await live.run(self._records.half_applied, found, left)
        return Dirt(half, await live.run(leftovers, () if half else self._ignore)) or None

    def _pending(self, rows: Rows) -> list[Step]:
        return [step for step in self._migrations.steps if step.key not in rows[step.app]]
