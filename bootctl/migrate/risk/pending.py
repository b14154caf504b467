"""The risks of all that is pending, before it is applied and while it is."""

import re
from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import Connection

from bootctl.database.risks import Risk, Risks
from bootctl.database.state import Revision
from bootctl.database.url import Url
from bootctl.ledger.executed import changes
from bootctl.migrate.inspection import Inspection
from bootctl.migrate.risk import squawk, tables
from bootctl.migrate.risk.judge import Judge
from bootctl.migrate.risk.printed import PrintedMigration

Tables = list[tuple[str, tables.LiveTable]]
Run = Callable[[Url, Callable[[Connection], Tables]], Tables]
"""Calls a function with a connection to a database."""

_UNLINTED = (
    "by squawk, the linter of PostgreSQL's migrations, which is not installed (the extra "
    "`risk` has it): bootctl's own short list of rules was used"
)
_ROWS = re.compile(r"(?is)\s*INSERT\b(?!.*\bSELECT\b)")
"""Rows that are written one by one: no rule is about them, and a migration may have very many."""


class Pending:
    """Judges what is pending in the databases of an inspection, which ``run`` connects to."""

    def __init__(self, inspection: Inspection, run: Run) -> None:
        self._schemes = {
            item: database.url.scheme
            for database in inspection.databases
            for item in database.pending
        }
        self._unread: list[str] = []
        program = squawk.installed() if "postgresql" in self._schemes.values() else None
        lint = partial(squawk.lint, program) if program else None
        self._judge = Judge(self._tables(inspection, run), lint)

    def printed(self, migrations: Iterable[PrintedMigration]) -> Risks:
        """Return the risks of ``migrations``, in the order of their application."""
        found: list[Risk] = []
        for item in migrations:
            scheme = item.scheme or self._schemes[item.revision]
            found += self._judge.judge(item.revision, scheme, item.statements)
            if item.rebuilds:
                found += self._judge.rebuilt(item.revision, item.rebuilds)
            if item.why_not_all:
                self._unread.append(item.why_not_all)
        return Risks(tuple(dict.fromkeys(found)), self.not_looked_at)

    def executing(self, revision: Revision, text: str) -> list[Risk]:
        """Return the risks of a statement that is about to be executed."""
        if ";" not in text.rstrip("; \n") and (not changes(text) or _ROWS.match(text)):
            return []
        return self._judge.judge(revision, self._schemes[revision], [text])

    @property
    def not_looked_at(self) -> tuple[str, ...]:
        """Return what was not, and why, so far."""
        unlinted = [_UNLINTED] if self._judge.has_lacked_linter else []
        return tuple(dict.fromkeys([*self._unread, *unlinted, *self._judge.unread]))

    def _tables(self, inspection: Inspection, run: Run) -> tables.LiveTables:
        found = tables.LiveTables()
        for url in {str(url): url for url in inspection.urls}.values():
            try:
                found.add(run(url, tables.read))
            except Exception as error:  # whatever the driver raises
                found.is_read = False
                self._unread.append(f"the size of the tables of {url}: {type(error).__name__}")
        return found
