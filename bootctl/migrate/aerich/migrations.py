"""What Aerich's migrations are to the backend."""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerich import Command
from aerich.models import Aerich

from bootctl.database.driver_connection import has_table
from bootctl.database.state import Difference, History, Revision
from bootctl.errors import BootError, SettingsError
from bootctl.migrate.aerich.init_db import InitDb, deletion, no_files
from bootctl.migrate.aerich.script import checked, printed
from bootctl.migrate.inspection import Database, Inspection
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.migrations import IrreversibleError, Printed, Step
from bootctl.output import log
from bootctl.project.aerich import files, models_state
from bootctl.project.aerich.files import File
from bootctl.project.aerich.internals import apply_file, located, recorded_inside
from bootctl.project.code import python_path
from bootctl.project.downgrades import irreversible
from bootctl.project.source_files import checksum
from bootctl.project.tortoise.aliases import Aliases
from bootctl.project.tortoise.config import App, Config
from bootctl.project.tortoise.models import ddl

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ADDED = re.compile(rb"(?ms)^RUN_IN_TRANSACTION = True$|^MODELS_STATE = \(.*?^\)")
"""What `aerich fix-migrations` adds to committed files; it changes nothing that they execute."""


class AerichMigrations:
    """See ``bootctl.migrate.tortoise_common.migrations.Migrations``."""

    name = "aerich"
    table = "aerich"
    begins_anyway = True
    makes_table = True

    def __init__(self, root: Path, config: Config, location: str) -> None:
        self._root = root
        self._config = config
        self._location = location
        own = [app for app in config.apps if set(app.models) != {"aerich.models"}]
        self._apps = own or list(config.apps)
        self._table_connection = _table_connection(config)
        self._files = {app.name: files.load(root, location, app.name) for app in config.apps}
        self._by_step = {self._step(file): file for own in self._files.values() for file in own}
        self.steps = tuple(self._by_step)

    def history(self) -> History:
        """Return the files of every app; the last of each is a head."""
        heads = [self.id(app, own[-1].path.name) for app, own in self._files.items() if own]
        return History(tuple(step.revision for step in self.steps), tuple(heads))

    def id(self, app: str, key: str) -> str:
        """Return the version; with its app where there are several."""
        return f"{app}.{key}" if len(self._apps) > 1 else key

    def recorded_in(self, app: str) -> str:
        """Return the connection of Aerich's own model."""
        return self._table_connection

    def rows(self, connection: "Connection") -> list[tuple[str, str]]:
        """Return what the table ``aerich`` holds; an error on reading it is an error."""
        if not has_table(connection, self.table):
            return []
        query = f"SELECT app, version FROM {self.table} ORDER BY id"
        return [(app, version) for app, version in connection.exec_driver_sql(query)]

    async def prepare(self, client: Any) -> None:
        """Aerich's first file makes its table."""

    async def apply(
        self, step: Step, client: Any, recording: AbstractAsyncContextManager[Any]
    ) -> None:
        """Have Aerich's ``Command`` apply the file and record it."""
        file = self._by_step[step]
        if file.models_state is None and models_state.is_written:
            log.event(
                "migrate.unstated",
                f"{step.revision} has no MODELS_STATE: Aerich records the models as they are now",
                level="WARNING",
                revision=step.revision.id,
                hint="Complete the committed files with `aerich fix-migrations`.",
            )
        command = Command(tortoise_config=self._config.value, app=step.app, location=self._location)
        with (
            located(step.app, file.path.parent),
            checked(client, file, step.revision.path),
            recorded_inside(recording),
        ):
            await apply_file(command, client, step.key)

    async def sql(self, step: Step, client: Any) -> Printed:
        """Return what ``upgrade()`` returns, and the row."""
        file = self._by_step[step]
        script = await printed(file, client)
        unknown = ["-- upgrade() executes statements itself: they are known when it runs"]
        row = self.record(step, client)
        return Printed(unknown if script is None else script, row, script is not None)

    def record(self, step: Step, client: Any) -> str:
        """Return the row with the models, as Aerich writes it."""
        return models_state.row(self._by_step[step], client)

    def table_sql(self, client: Any) -> str:
        """Return what makes the table of Aerich's own model."""
        made = ddl(client, [Aerich], Aliases())
        return made.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)

    async def undo(self, step: Step, client: Any) -> list[str]:
        """Return what ``downgrade()`` returns."""
        return [await self._by_step[step].module.downgrade(client)]

    def irreversible(self, step: Step) -> str:
        """Return what the text of the file says."""
        return irreversible(self._by_step[step].path)

    async def revert(self, step: Step, live: Live) -> None:
        """Execute what ``downgrade()`` returns, and delete the row, as Aerich's own command does."""
        [script] = await self.undo(step, live.client)
        if not isinstance(script, str) or not script.strip(" \n\t;"):
            raise IrreversibleError("its downgrade() returns no statements")
        await live.execute(script)
        if await live.run(has_table, self.table):
            await live.execute(f"{self.forget(step.app, step.key)};")

    def forget(self, app: str, key: str) -> str:
        """Return the statement that removes a row."""
        return deletion(app, [key])

    async def unrecorded(self, live: Live, rows: Mapping[str, list[str]], first: Revision) -> None:
        """Return ``None``: Aerich records a file in the file's own transaction."""

    async def unmigrated(self) -> tuple[Difference, ...] | None:
        """Return the models against the ``MODELS_STATE`` of each app's last file."""
        return models_state.differences(self._files, self._apps)

    def accepts(self, live: Live, difference: Difference) -> bool:
        """Aerich makes no unique index of a many-to-many relation's table, nor ``Meta.constraints``."""
        if difference.kind in ("missing check", "changed check"):
            return True
        if difference.kind != "missing constraint":
            return False
        tables = difference.name, difference.name.rpartition(".")[0]
        is_of_relation = not live.models.relations.isdisjoint(tables)
        return is_of_relation or difference.binds in live.models.constraints

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Return the error where ``aerich init-db`` was or would be the way here."""
        for app in self._apps:
            database = inspection.databases[self._config.connections.index(app.connection)]
            refusal = self._init_db(app, database).refusal(found)
            if refusal:
                return refusal
        if self.steps:
            return None
        commands = [self._command(app.name, *_first_migration()) for app in self._apps]
        return no_files(commands, [self._place(app.name) for app in self._apps], found)

    def new_migration(self, message: str, apps: Sequence[str]) -> str:
        """Return Aerich's own command, once for each app whose tables differ, or may."""
        migrate = ("migrate", "--name", message.replace(" ", "_"))
        return " && ".join(
            self._command(app, *(migrate if self._files.get(app) else _first_migration()))
            for app in apps or [app.name for app in self._apps]
        )

    def _init_db(self, app: App, database: Database) -> InitDb:
        prefix = self.id(app.name, "")
        rows = (*database.applied, *database.unknown)
        return InitDb(
            app=app.name,
            place=self._place(app.name),
            first=self._command(app.name, *_first_migration()),
            next=self._command(app.name, "migrate"),
            files=tuple(file.path.name for file in self._files[app.name]),
            rows=tuple(row.removeprefix(prefix) for row in rows if row.startswith(prefix)),
            target=str(database.url),
            direction=database.direction,
        )

    def _command(self, app: str, *words: str) -> str:
        named = f" --app {app}" if len(self._apps) > 1 else ""
        return f"{python_path(self._root)}aerich{named} {' '.join(words)}"

    def _place(self, app: str) -> str:
        return os.path.relpath(files.folder(self._root, self._location, app), self._root)

    def _step(self, file: File) -> Step:
        path = os.path.relpath(file.path, self._root)
        text = checksum(file.path, omitted=_ADDED)
        revision = Revision(self.id(file.app, file.path.name), "", path, text)
        connection = self._config.connection(file.app)
        return Step(revision, file.app, connection, file.path.name, file.is_atomic)


def _table_connection(config: Config) -> str:
    for app in config.apps:
        if "aerich.models" in app.models:
            return app.connection
    raise SettingsError(
        f'{config.path} names "aerich.models" in no app, so Aerich has no table',
        hint='Add "aerich.models" to the models of the app that is migrated.',
        config=config.path,
    )


def _first_migration() -> tuple[str, ...]:
    if hasattr(Command, "init_migrations"):
        return ("init-migrations",)
    return ("init-db", " # against an empty database of your own")
