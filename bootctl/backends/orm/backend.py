"""The backend for both: to inspect, to upgrade and to print are each one run of Tortoise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from pathlib import Path
from typing import Any, TypeVar

from tortoise import Tortoise

from bootctl import log
from bootctl.backends.faults import upgrade_fault
from bootctl.backends.orm.addresses import Addresses
from bootctl.backends.orm.config import Config
from bootctl.backends.orm.connection import Live, committing, initialised, looking, migrating
from bootctl.backends.orm.drift import differences
from bootctl.backends.orm.faults import project_fault
from bootctl.backends.orm.migrations import Migrations, Step
from bootctl.backends.orm.places import places
from bootctl.backends.orm.records import Found, Records, Rows
from bootctl.backends.orm.silence import silent
from bootctl.backends.orm.sqlite import refuse_violations, transactional_scripts, violations
from bootctl.backends.progress import Progress
from bootctl.backends.protocol import Compare, Guard, Located
from bootctl.capture import captured
from bootctl.errors import BootError, Interrupted
from bootctl.session import Place
from bootctl.settings import Settings
from bootctl.state import Database, Difference, Direction, History, Inspection, Upgraded
from bootctl.stopwatch import Stopwatch

_Result = TypeVar("_Result")


Opened = AbstractAsyncContextManager[Live]
"""A connection to be opened, or one that is."""


class OrmBackend:
    """See ``bootctl.backends.protocol.Backend``."""

    def __init__(
        self, root: Path, settings: Settings, config: Config, migrations: Migrations
    ) -> None:
        self.name = migrations.name
        self._root = root
        self._config = config
        self._migrations = migrations
        self._records = Records(root, migrations)
        self._addresses = Addresses(config, settings)
        self._said: list[tuple[Difference, ...] | None] = []
        """What the migrations said is unmigrated, once they were asked."""

    def history(self) -> History:
        """The migrations in the code."""
        return self._migrations.history()

    def inspect(self, compare: Compare) -> Inspection:
        """Read every database that an app of the configuration uses."""
        self._addresses.admit()
        return self._run(self._inspect(compare))

    def places(self) -> tuple[Place, ...]:
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
            what = "the project's models cannot be used"
            raise fault or project_fault(error, self._root, what) from error

    @asynccontextmanager
    async def _initialised(self, *, migrating: bool = False) -> AsyncIterator[None]:
        async with initialised(self._addresses.configuration(migrating=migrating)):
            log.intercept()  # the models' modules may have configured logging
            yield

    async def _inspect(self, compare: Compare) -> Inspection:
        async with self._initialised(), self._connected(looking) as lives:
            found = await self._recorded(lives)
            return Inspection(
                tuple([await self._database(live, found, compare) for live in lives.values()])
            )

    async def _upgrade(self, guard: Guard, progress: Progress) -> None:
        async with self._initialised(migrating=True):
            async with self._connected(looking) as lives:
                pending = self._pending((await self._recorded(lives)).rows)
                together = all(step.atomic for step in pending) and all(
                    _is_transactional(live) for live in lives.values()
                )
            upgrade = self._together if together else self._stepwise
            await upgrade(pending, guard, progress)

    async def _together(self, pending: list[Step], guard: Guard, progress: Progress) -> None:
        async with self._connected(migrating) as lives:
            for live in lives.values():
                await live.claim(guard.session)
            before = [await live.run(violations) for live in lives.values()]
            for step in pending:
                guard.before_step(step.revision)
                recorder = lives[self._migrations.recorded_in(step.app)]
                live = lives[self._connection(step.app)]
                await self._apply(step, live, nullcontext(recorder), progress)
            for violated, live in zip(before, lives.values(), strict=True):
                refuse_violations(violated, await live.run(violations))
            if guard.before_commit:
                watch = Stopwatch()
                found = [item for live in lives.values() for item in await self._compared(live)]
                progress.verify_ms = watch.ms
                guard.before_commit(tuple(found))

    async def _stepwise(self, pending: list[Step], guard: Guard, progress: Progress) -> None:
        for step in pending:
            guard.before_step(step.revision)
            name = self._connection(step.app)
            url = self._addresses.url(name)
            await self._prepare(step)
            if not step.atomic or (url.scheme == "mysql" and not self._migrations.begins_anyway):
                await self._apply_committing(step, name, guard, progress)
                continue
            async with migrating(name, url) as live:
                await live.claim(guard.session)
                before = await live.run(violations)
                await self._apply(step, live, self._recorder(step, live), progress)
                refuse_violations(before, await live.run(violations))

    async def _prepare(self, step: Step) -> None:
        """What would commit the transaction of a step comes before it."""
        url = self._addresses.url(self._migrations.recorded_in(step.app))
        if url.scheme == "mysql":
            async with self._recorder(step) as live:
                await live.run(self._records.prepare)

    def _recorder(self, step: Step, live: Live | None = None) -> Opened:
        """The connection that records ``step``: ``live`` if that is it, or a transaction of its own."""
        name = self._migrations.recorded_in(step.app)
        if live is not None and live.name == name:
            return nullcontext(live)
        return migrating(name, self._addresses.url(name))

    async def _apply_committing(
        self, step: Step, name: str, guard: Guard, progress: Progress
    ) -> None:
        """Apply a step that commits as it goes."""
        try:
            async with committing(name, self._addresses.url(name)) as live:
                await live.claim(guard.session)
                await self._apply(step, live, self._recorder(step), progress)
        except Exception as error:
            fault = upgrade_fault(error, progress, self._root)
            if fault is None:
                raise
            began = progress.current is not None
            fault.partial = began and self._addresses.url(name).scheme != "mysql"
            raise fault from error

    async def _apply(self, step: Step, live: Live, recorder: Opened, progress: Progress) -> None:
        progress.start(step.revision)
        await self._migrations.prepare(live.client)
        async with live.counted(progress):
            recording = self._recording(step, recorder, progress)
            await self._migrations.apply(step, live.client, recording)
        progress.finish()

    @asynccontextmanager
    async def _recording(
        self, step: Step, recorder: Opened, progress: Progress
    ) -> AsyncIterator[Any]:
        """One transaction for the row of the version table and that of the ledger."""
        async with recorder as live:
            await live.begin()
            yield live.client
            await live.run(self._records.write, step, progress.elapsed_ms)

    async def _sql(self) -> str:
        async with self._initialised():
            async with self._connected(looking) as lives:
                pending = self._pending((await self._recorded(lives)).rows)
            with silent(self._config.value["connections"]):
                return "\n\n".join([await self._printed(step) for step in pending])

    async def _printed(self, step: Step) -> str:
        client = Tortoise.get_connection(self._connection(step.app))
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

    async def _database(self, live: Live, found: Found, compare: Compare) -> Database:
        rows = found.rows
        apps = [app.name for app in self._config.apps if app.connection == live.name]
        pending = tuple(s.revision for s in self._pending(rows) if s.app in apps)
        steps = {(step.app, step.key): step for step in self._migrations.steps}
        recorded = [(app, key) for app in rows if app in apps for key in rows[app]]
        unknown = tuple(
            self._migrations.id(*row) for row in dict.fromkeys(recorded) if row not in steps
        )
        direction = Direction.of(recorded, unknown, pending)
        reason = ""
        if direction in (Direction.FRESH, Direction.BEHIND) and pending:
            reason = await self._migrations.unrecorded(live, rows, pending[0])
            direction = Direction.DIRTY if reason else direction
        at_head = direction in (Direction.AT_HEAD, Direction.AHEAD) or not steps
        wanted = compare == "always" or (compare != "never" and at_head)
        closely = compare == "ahead" and direction is Direction.AHEAD
        edited, vanished = self._records.altered(found, apps)
        return Database(
            url=live.url,
            transactional=_is_transactional(live),
            direction=direction,
            current=tuple(self._migrations.id(app, rows[app][-1]) for app in apps if rows[app]),
            applied=tuple(s.revision.id for row, s in steps.items() if row in recorded),
            pending=pending,
            unknown=unknown,
            differences=await self._compared(live, closely=closely) if wanted else None,
            reason=reason,
            edited=edited,
            vanished=vanished,
        )

    def _pending(self, rows: Rows) -> list[Step]:
        return [step for step in self._migrations.steps if step.key not in rows[step.app]]

    def _connection(self, app: str) -> str:
        return next(item.connection for item in self._config.apps if item.name == app)


def _is_transactional(live: Live) -> bool:
    return live.url.scheme != "mysql"
