"""What Tortoise's own migrations are to the backend."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import State

from bootctl.database import driver_errors
from bootctl.database.driver_connection import has_table
from bootctl.database.state import Difference, History, Revision
from bootctl.errors import BootError, DriftError, RefusedError
from bootctl.migrate.inspection import Inspection, Unrecorded
from bootctl.migrate.tortoise import refusals
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.migrations import Printed, Step
from bootctl.project.code import python_path
from bootctl.project.source_files import checksum
from bootctl.project.tortoise import graph
from bootctl.project.tortoise.config import Config
from bootctl.project.tortoise.migrations_internals import (
    Recorder,
    schema_editor,
    state_after,
    version_table_sql,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from tortoise.migrations.executor import MigrationExecutor

_TABLE = "tortoise_migrations"


class NativeMigrations:
    """See ``bootctl.migrate.tortoise_common.migrations.Migrations``."""

    name = "tortoise"
    table = _TABLE
    begins_anyway = False
    makes_table = False

    def __init__(self, root: Path, config: Config) -> None:
        self._root = root
        self._config = config
        self._apps = graph.apps_with_migrations(root, config)
        self._graph = graph.load(root, self._apps)
        self._keys = {self._step(key): key for key in graph.ordered(self._graph)}
        self.steps = tuple(self._keys)
        self._state: State | None = None
        self._state_at = 0
        """How many steps ``_state`` is after."""

    def history(self) -> History:
        """Return the migrations of every app; each app's leaf is a head."""
        heads = [str(key) for app in self._apps for key in graph.heads(self._graph, app)]
        return History(tuple(step.revision for step in self.steps), tuple(heads))

    def id(self, app: str, key: str) -> str:
        """Return a migration's name as Tortoise writes it."""
        return f"{app}.{key}"

    def recorded_in(self, app: str) -> str:
        """Return the connection of the app itself."""
        return next(item.connection for item in self._config.apps if item.name == app)

    def rows(self, connection: "Connection") -> list[tuple[str, str]]:
        """Return what the table holds: read here, because Tortoise's own reading swallows every error."""
        if not has_table(connection, _TABLE):
            return []
        query = f"SELECT app, name FROM {_TABLE} ORDER BY id"
        return [(app, name) for app, name in connection.exec_driver_sql(query)]

    async def prepare(self, client: Any) -> None:
        """Make the version table, as Tortoise does before each migration."""
        await Recorder(client).ensure_schema(schema_editor(self._executor(client), atomic=False))

    async def apply(
        self, step: Step, client: Any, recording: AbstractAsyncContextManager[Any]
    ) -> None:
        """Apply and record it; Tortoise's own executor records after the transaction."""
        executor = self._executor(client)
        migration = self._migration(step)
        state = await self._state_before(step, executor)
        editor = schema_editor(executor, atomic=migration.atomic)
        await migration.apply(state, schema_editor=editor)
        async with recording as recorder:
            await Recorder(recorder).record_applied(step.app, step.key)

    async def sql(self, step: Step, client: Any) -> Printed:
        """Return what the schema editor would execute, and the row."""
        from bootctl.migrate.tortoise_common.dry_run import Executes  # not at head

        executor = self._executor(client)
        migration = self._migration(step)
        editor = schema_editor(executor, atomic=False, collect_sql=True)
        if step == self.steps[0]:
            editor.collected_sql.append(version_table_sql(editor))
        state = await self._state_before(step, executor)
        complete = all(operation.reduces_to_sql for operation in migration.operations)
        try:
            await migration.apply(state, schema_editor=editor, collect_sql=True)
        except Executes:
            editor.collected_sql.append("-- what follows depends on what the database holds")
            complete = False
        statements = [
            text if text.startswith("--") else f"{text.rstrip('; ')};"
            for text in editor.collected_sql
        ]
        return Printed(statements, self.record(step, client), complete)

    def record(self, step: Step, client: Any) -> str:
        """Return the row that Tortoise's own recorder writes."""
        return f"{refusals.record(step.app, step.key)};"

    def table_sql(self, client: Any) -> str:
        """Return what Tortoise's own recorder makes."""
        executor = self._executor(client)
        return version_table_sql(schema_editor(executor, atomic=False, collect_sql=True))

    async def undo(self, step: Step, client: Any) -> list[str]:
        """Return what the schema editor would execute in reverse."""
        executor = self._executor(client)
        editor = schema_editor(executor, atomic=False, collect_sql=True)
        before = {self._keys[item] for item in self.steps[: self.steps.index(step)]}
        state = await state_after(executor, before)
        await self._migration(step).unapply(state, schema_editor=editor, collect_sql=True)
        return [f"{text.rstrip('; ')};" for text in editor.collected_sql if text[:2] != "--"]

    def irreversible(self, step: Step) -> str:
        """Return which operation has no reverse."""
        for operation in self._migration(step).operations:
            if not getattr(operation, "reversible", True):
                return f"its {type(operation).__name__} has no reverse"
        return ""

    async def revert(self, step: Step, live: Live) -> None:
        """Undo it, and delete the row."""
        executor = self._executor(live.client)
        migration = self._migration(step)
        editor = schema_editor(executor, atomic=migration.atomic)
        before = {self._keys[item] for item in self.steps[: self.steps.index(step)]}
        await migration.unapply(await state_after(executor, before), schema_editor=editor)
        await Recorder(live.client).record_unapplied(step.app, step.key)

    def forget(self, app: str, key: str) -> str:
        """Return the statement that removes a row."""
        return refusals.deletion(app, key)

    async def unrecorded(
        self, live: Live, rows: Mapping[str, list[str]], first: Revision
    ) -> Unrecorded | None:
        """Return what ``live`` already has of the first pending migration."""
        from bootctl.migrate.tortoise.schema_states import StateSchemas  # not at head

        step = next(step for step in self.steps if step.revision == first)
        executor = self._executor(live.client)
        applied = {MigrationKey(app, name) for app, names in rows.items() for name in names}
        known = applied & set(self._keys.values())
        try:
            async with live.impatient():
                return await StateSchemas(live, executor).unrecorded(known, self._keys[step])
        except (RefusedError, DriftError):  # there is nowhere to build a schema
            return None
        except Exception as error:
            failure = driver_errors.classify(error) if driver_errors.is_sqlalchemys(error) else None
            if failure is None or failure.kind != "lock timeout":
                raise
            return None  # another is changing it now: under the lock it is asked again

    async def unmigrated(self) -> tuple[Difference, ...]:
        """Return what Tortoise would make a migration of."""
        from bootctl.project.tortoise import changes  # where something differs

        return await changes.differences(self._apps)

    def accepts(self, live: Live, difference: Difference) -> bool:
        """Tortoise's migrations make the foreign key of a relation with ``db_constraint=False``."""
        columns = set(difference.binds or ())
        return (
            difference.kind == "unexpected foreign key"
            and bool(columns)
            and columns <= live.models.unconstrained
        )

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Return a database that is dirty, and a project without files."""
        if not self.steps and found:
            return refusals.no_files(self.new_migration("initial", ()), found)
        return refusals.dirty(inspection, python_path(self._root))

    def new_migration(self, message: str, apps: Sequence[str]) -> str:
        """Return Tortoise's own command, which looks at every app."""
        name = f" --name {message.replace(' ', '_')}" if self.steps else ""
        return f"{python_path(self._root)}tortoise makemigrations{name}"

    def _executor(self, client: Any) -> "MigrationExecutor":
        from tortoise.migrations.executor import MigrationExecutor  # not at head

        executor = MigrationExecutor(client, self._apps)
        executor.loader.graph = self._graph
        return executor

    def _migration(self, step: Step) -> Migration:
        migration = self._graph.nodes[self._keys[step]]
        assert migration is not None  # a consistent graph has no empty node
        return migration

    async def _state_before(self, step: Step, executor: "MigrationExecutor") -> State:
        """Return the models before ``step``, which its application then turns into those after it."""
        index = self.steps.index(step)
        if self._state is None or self._state_at != index:
            before = {self._keys[item] for item in self.steps[:index]}
            self._state = await state_after(executor, before)
        self._state_at = index + 1
        return self._state

    def _step(self, key: MigrationKey) -> Step:
        migration = self._graph.nodes[key]
        path = graph.file_of(self._root, self._apps, key)
        atomic = bool(getattr(migration, "atomic", True))
        revision = Revision(str(key), "", path, checksum(self._root / path))
        connection = self._config.connection(key.app_label)
        return Step(revision, key.app_label, connection, key.name, atomic)
