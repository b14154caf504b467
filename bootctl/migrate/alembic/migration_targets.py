"""The databases that a run of ``env.py`` configured, as a lock needs to know them."""

from functools import partial

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.migrate.alembic.databases import Databases
from bootctl.project.alembic.project import Project


class MigrationTargets:
    """Collects each database with its version tables: ``env.py`` may configure one several times."""

    def __init__(self, project: Project, databases: Databases) -> None:
        self._project = project
        self._databases = databases
        self._found: dict[Engine, list[VersionTable]] = {}

    def add(self, context: MigrationContext) -> None:
        """Add the database behind ``context``, and its version table."""
        assert context.connection is not None  # only MigrationContext's offline mode has none
        tables = self._found.setdefault(context.connection.engine, [])
        tables.append(VersionTable(context.version_table_schema, context.version_table))

    def all(self) -> tuple[MigrationTarget, ...]:
        """Return one place for each engine."""
        return tuple(
            MigrationTarget(
                self._databases.url(engine),
                tuple(tables),
                partial(self._databases.open, engine),
                partial(self._at_head, tables),
            )
            for engine, tables in self._found.items()
        )

    def _at_head(self, tables: list[VersionTable], connection: Connection) -> bool:
        return all(self._nothing_pending(connection, table) for table in tables)

    def _nothing_pending(self, connection: Connection, table: VersionTable) -> bool:
        opts = {"version_table": table.name, "version_table_schema": table.schema}
        heads = MigrationContext.configure(connection, opts=opts).get_current_heads()
        return all(map(self._project.known, heads)) and not self._project.pending(heads)
