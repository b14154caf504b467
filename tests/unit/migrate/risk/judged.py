"""Tables as a server may have them, and what statements do to them."""

from collections.abc import Sequence

from bootctl.database.risks import Risk
from bootctl.database.state import Revision
from bootctl.migrate.risk import squawk
from bootctl.migrate.risk.judge import Judge
from bootctl.migrate.risk.linting import Lint
from bootctl.migrate.risk.tables import LiveTable, LiveTables

COLUMNS = {"id": "integer", "email": "character varying(100)", "price": "numeric(10,2)"}
USERS = LiveTable(1_000_000, 100 * 2**20, COLUMNS)
TINY = LiveTable(10, 8192, COLUMNS)
REVISION = Revision("a2", "", "migrations/a2.py")


def tables() -> LiveTables:
    """``users`` is large, ``tiny`` is small, and ``empty`` is."""
    named = {"users": USERS, "tiny": TINY, "empty": LiveTable(0, 0, COLUMNS)}
    return LiveTables([*named.items(), *((f"public.{k}", v) for k, v in named.items())])


def risks(scheme: str, *statements: str, lint: Lint | None = None) -> list[Risk]:
    """The risks of statements, in their order."""
    return Judge(tables(), lint).judge(REVISION, scheme, statements)


def told(scheme: str, *statements: str) -> list[str]:
    """The same in short: kind, rule, table."""
    return [f"{item.kind} {item.rule} {item.table}".strip() for item in risks(scheme, *statements)]


def linted(statements: Sequence[str]) -> list[list[squawk.Linted] | None]:
    """What squawk, which the tests have, says of statements."""
    program = squawk.installed()
    assert program is not None
    return squawk.lint(program, statements)
