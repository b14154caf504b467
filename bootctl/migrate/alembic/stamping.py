"""What records revisions in Alembic's version table, as ``alembic stamp`` would."""

import re
from importlib import import_module
from typing import Any

from alembic.runtime.migration import MigrationContext

from bootctl.database.migration_target import VersionTable
from bootctl.ledger.recovery import executable
from bootctl.ledger.table import Entry
from bootctl.migrate.alembic.printed import Printed
from bootctl.migrate.inspection import Database, Stamp
from bootctl.project.alembic.internals import stamp_steps
from bootctl.project.alembic.project import Project, parents_of

_NEW = "CREATE TABLE "
_RETURNING = re.compile(r"\s+RETURNING\s+[\w.\"]+;$")


def stamp(project: Project, database: Database, revision: str) -> Stamp:
    """Return what records ``revision`` in ``database``, by the heads that it was read at."""
    table = database.version_table
    assert table is not None  # every database of Alembic's was read from one
    printed = _printed(project, database, table, revision)
    script = project.script.get_revision(revision)
    assert script is not None  # the code has it
    own = project.revision(script)
    scope = ".".join(filter(None, (table.schema, table.name)))
    entry = Entry(scope, own.id, parents_of(script), own.path, own.checksum, 0)
    return Stamp(tuple(map(_plain, executable(printed))), entry)


def _printed(project: Project, database: Database, table: VersionTable, revision: str) -> list[str]:
    dialect = import_module(f"sqlalchemy.dialects.{database.url.scheme}").dialect()
    printed, heads = Printed(), database.current
    printed.paramstyle = dialect.paramstyle
    opts: dict[str, Any] = {
        "as_sql": True,
        "fn": lambda *_: stamp_steps(project.script, heads, revision),
        "literal_binds": True,
        "output_buffer": printed,
        "starting_rev": heads,
        "transactional_ddl": False,
        "version_table": table.name,
        "version_table_schema": table.schema,
    }
    MigrationContext.configure(dialect=dialect, opts=opts).run_migrations()
    return printed.statements


def _plain(text: str) -> str:
    """Return ``text``, which returns nothing, and does nothing where it makes a table that is there."""
    text = _RETURNING.sub(";", text)
    return text.replace(_NEW, f"{_NEW}IF NOT EXISTS ", 1) if text.startswith(_NEW) else text
