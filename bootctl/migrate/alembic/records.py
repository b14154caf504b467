"""The ledger of an Alembic project: beside the version table, in its transaction."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection

from bootctl.database.state import Revision
from bootctl.ledger.autogenerate import LEDGER
from bootctl.ledger.ledger import Ledger
from bootctl.ledger.table import Altered, Entry
from bootctl.migrate.alembic.filters import Filters, models_of
from bootctl.migrate.snapshots import Scope
from bootctl.project.alembic.internals import is_in_outer_transaction
from bootctl.project.alembic.project import Project, parents_of

if TYPE_CHECKING:  # a boot at head has none of these
    from bootctl.ledger.incomplete import PartialMigration
    from bootctl.ledger.journal import Journal, Runner
    from bootctl.ledger.planned import Recording


class Records:
    """What the ledger has of a project's migrations, and gets."""

    def __init__(self, root: Path, project: Project, lock: Path | None) -> None:
        self._lock = lock
        self._project = project
        self._ledger = Ledger(root)

    def prepare(self, context: MigrationContext) -> None:
        """Before a step. A transaction of ``env.py``'s own is never committed for the ledger."""
        if not is_in_outer_transaction(context):
            self._ledger.prepare(_connection(context), context.version_table_schema)

    def journal(self, context: MigrationContext, run: "Runner") -> "Journal":
        """Return what keeps the statements of the migrations that ``context`` applies.

        ``run`` calls a function with another connection to the same database.
        """
        from bootctl.ledger.journal import Journal

        return Journal(self._ledger, run, context.version_table_schema)

    def entry(self, context: MigrationContext, script: Any, duration_ms: int = 0) -> Entry:
        """Return the row for one of Alembic's scripts."""
        revision = self._project.revision(script)
        return Entry(
            scope=_scope(context),
            revision=revision.id,
            parents=parents_of(script),
            file=revision.path,
            checksum=revision.checksum,
            duration_ms=duration_ms,
        )

    def write(self, context: MigrationContext, step: MigrationInfo, duration_ms: int) -> None:
        """Write a step, in its own transaction, after it is in the version table."""
        entry = self.entry(context, step.up_revision, duration_ms)
        self._ledger.record(_connection(context), entry, context.version_table_schema)

    def write_with(
        self, context: MigrationContext, script: Any, duration_ms: int, recording: "Recording"
    ) -> bool:
        """Write a step together with what is ``recording`` it; ``False`` where neither is done."""
        entry = self.entry(context, script, duration_ms)
        schema = context.version_table_schema
        return self._ledger.record_with(_connection(context), entry, recording, schema)

    def forget_planned(self, context: MigrationContext) -> None:
        """After the last step: leave nothing in the session of what ``write_with`` has planned."""
        self._ledger.forget_planned(_connection(context))

    def scope(self, context: MigrationContext) -> Scope:
        """Return what of the database behind ``context`` is the project's."""
        models = {table.fullname: table for table in models_of(context)}
        own = {table.schema for table in models.values() if table.schema}
        default = _connection(context).dialect.default_schema_name
        place = context.version_table_schema
        hidden = {
            ".".join(filter(None, (schema, name)))
            for name in (context.version_table, LEDGER)
            for schema in {place, None if place == default else place}
        }
        return Scope(
            self._ledger,
            (_scope(context),),
            Filters(context, models, hidden).shows,
            tuple(sorted(own - {default})),
            place,
            self._lock,
        )

    def half_applied(
        self, context: MigrationContext, pending: tuple[Revision, ...]
    ) -> "PartialMigration | None":
        """Return the first of ``pending`` that committed a part of itself."""
        from bootctl.ledger.half_applied import half_applied
        from bootctl.ledger.incomplete import PartialMigration
        from bootctl.ledger.statements import forgetting

        connection, schema, scope = (
            _connection(context),
            context.version_table_schema,
            _scope(context),
        )
        unfinished = self._ledger.read(connection, [scope], schema)[scope].unfinished
        for revision in (item for item in pending if item.id in unfinished):
            done = half_applied(unfinished[revision.id], connection)
            if done:
                forget = forgetting(connection, scope, revision.id, schema)
                return PartialMigration(revision, done, scope, forget)
        return None

    def altered(
        self, context: MigrationContext, heads: tuple[str, ...], applied: tuple[str, ...]
    ) -> tuple[tuple[Altered, ...], tuple[Altered, ...]]:
        """Return what of the applied migrations has another file now, and what has none.

        ``heads`` are in the database, and the code knows them all: none where it does not.
        """
        if not heads:
            return (), ()
        scope = _scope(context)
        read = self._ledger.read(_connection(context), [scope], context.version_table_schema)
        known = {item.id: item for item in self._project.history().revisions}
        edited = read[scope].edited({revision: known[revision] for revision in applied})
        return edited, read[scope].vanished(heads, known)


def without_own(
    user_option: Callable[..., bool] | None, is_version_table: Callable[[str, str | None], bool]
) -> Callable[..., bool]:
    """``include_name`` for ``context.configure``: the user's, which never sees ledger or version table.

    Alembic leaves the version table out itself, but not where its schema is the default one by name.
    """

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "table" and name is not None and is_own(name, parents):
            return False
        return user_option is None or user_option(name, kind, parents)

    def is_own(name: str, parents: Any) -> bool:
        return name == LEDGER or is_version_table(name, parents.get("schema_name"))

    return include_name


def version_table(
    connection: Connection | None, given: Mapping[str, Any]
) -> Callable[[str, str | None], bool]:
    """Return what tells whether a table is the version table of these options of ``env.py``.

    It is asked by name and schema, which is ``None`` for the default one.
    """
    own, schema = given.get("version_table", "alembic_version"), given.get("version_table_schema")

    def is_version_table(name: str, found: str | None) -> bool:
        default = connection.dialect.default_schema_name if connection is not None else None
        return name == own and (found or default) == (schema or default)

    return is_version_table


def _scope(context: MigrationContext) -> str:
    return ".".join(filter(None, (context.version_table_schema, context.version_table)))


def _connection(context: MigrationContext) -> Any:
    return context.connection  # only MigrationContext's offline mode has none
