"""What each pending migration prints by itself, as Alembic's offline mode has it."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from alembic.runtime.migration import MigrationContext

from bootctl.database import causes
from bootctl.database.state import Revision
from bootctl.errors import Interrupted
from bootctl.migrate.inspection import Inspection
from bootctl.migrate.printing import only_printing
from bootctl.migrate.risk.printed import PrintedMigration, reads_database
from bootctl.project.alembic.project import Project

_REBUILDS = re.compile(
    r'requires a live database connection with which to reflect the table "(.+?)"'
)
"""What Alembic says where a table of SQLite's is to be copied: it does not know the columns."""


class Printing:
    """Has each step print, and goes on past one that cannot. Alembic calls it as ``fn``."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._found: dict[Revision, PrintedMigration] = {}

    def __call__(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
        """Yield each step to Alembic, which has it print."""
        for step in self._project.steps(heads):
            revision = self._project.revision(step.revision)
            step.migration_fn = self._printing(step.migration_fn, revision, context)
            yield step

    def found(self, inspection: Inspection) -> list[PrintedMigration]:
        """Return all that is pending, whether or not it was reached."""
        missing = "env.py does not come to it"
        return [
            self._found.get(item) or PrintedMigration(item, "", (), reads_database(item, missing))
            for item in inspection.pending
        ]

    def _printing(
        self, upgrade: Callable[..., None], revision: Revision, context: MigrationContext
    ) -> Callable[..., None]:
        @functools.wraps(upgrade)
        def printing(**kw: Any) -> None:
            statements: list[str] = context.opts["output_buffer"].statements
            start, why, rebuilds = len(statements), "", ""
            try:
                with only_printing():
                    upgrade(**kw)
            except Interrupted:
                raise
            except (Exception, SystemExit) as error:  # whatever a migration raises
                found = _REBUILDS.search(str(error))
                rebuilds = found[1] if found else ""
                why = reads_database(revision, "" if rebuilds else causes.root_message(error))
            self._keep(revision, context, statements[start:], why, rebuilds)

        return printing

    def _keep(
        self,
        revision: Revision,
        context: MigrationContext,
        statements: Sequence[str],
        why: str,
        rebuilds: str,
    ) -> None:
        scheme = context.dialect.name.replace("mariadb", "mysql")
        self._found[revision] = PrintedMigration(revision, scheme, tuple(statements), why, rebuilds)
