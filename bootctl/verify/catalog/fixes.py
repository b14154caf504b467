"""The SQL that makes a live database what it should be, in the order in which it can be executed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.mysql.fixes import Fixes as MySQLFixes
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql.fixes.plan import Fixes as PostgreSQLFixes
from bootctl.verify.catalog.sqlite.fixes import Fixes as SQLiteFixes


class Fixes(Protocol):
    """The fixes for one kind of database."""

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements, none where there is no safe one, and whether something is lost."""


_FIXES: dict[str, Callable[[Catalog, Catalog, tuple[str, ...]], Fixes]] = {
    "postgresql": PostgreSQLFixes,
    "mysql": MySQLFixes,
    "mariadb": MySQLFixes,
    "sqlite": SQLiteFixes,
}
_DROPPED_FIRST = ("view", "event", "procedure", "function", "foreign key", "check")
"""On SQLite indexes too, whose names are those of the whole schema."""
_MADE = (
    "schema",
    "sequence",
    "table",
    "column",
    "primary key",
    "constraint",
    "index",
    "check",
    "partition",
    "foreign key",
    "function",
    "procedure",
    "view",
    "trigger",
    "event",
)


def fixes(dialect: str, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()) -> Fixes:
    """Return the fixes for a database of SQLAlchemy's ``dialect``."""
    return _FIXES[dialect](expected, live, schemas)


def in_order(dialect: str, found: Iterable[Change]) -> list[Change]:
    """Return differences in an order in which the fix of one does not need that of a later one."""
    first = _DROPPED_FIRST + (("index",) if dialect == "sqlite" else ())
    items = sorted(found, key=lambda change: _rank(change, first))
    triggers = [change for change in items if change.object.kind == "trigger"]
    rest = [change for change in items if change.object.kind != "trigger"]
    at = next((i for i, change in enumerate(rest) if _rank(change, first) > _TRIGGERS), len(rest))
    return [*rest[:at], *_one_after_another(triggers), *rest[at:]]


def _rank(change: Change, first: Sequence[str]) -> tuple[int, int, int, str]:
    """What others hold on to goes first; what is held goes when others have let go of it."""
    kind, name = change.object.kind, change.object.name
    is_dropped = change.expected is None
    if is_dropped and kind in first:
        return 0, first.index(kind), 0, name
    place = _MADE.index(kind) if kind in _MADE else len(_MADE)
    if kind == "column" and (change.live or is_dropped):  # it may need a key that is to be made
        place = _MADE.index("index")
    after = 2 if is_dropped and kind == "column" else int(is_dropped)
    return (2 if is_dropped and kind == "table" else 1), place, after, name


_TRIGGERS = (1, _MADE.index("trigger"), 0, "")


def _one_after_another(triggers: list[Change]) -> list[Change]:
    """Return triggers so that none comes before the one that it follows."""
    waiting = {change.object.name: change for change in triggers}
    found: list[Change] = []

    def take(name: str) -> None:
        change = waiting.pop(name, None)
        if change is not None:
            follows = change.expected.parts.get("follows", "") if change.expected else ""
            take(f"{change.object.table}.{follows.strip('`')}")
            found.append(change)

    for change in triggers:
        take(change.object.name)
    return found


@dataclass(frozen=True)
class Undo:
    """Takes the changes of a database of SQLAlchemy's ``dialect`` back; see ``Fixes``."""

    dialect: str
    fixes: Fixes

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements for one change, and whether something is lost."""
        return self.fixes.fix(change)

    def in_order(self, found: Iterable[Change]) -> list[Change]:
        """Return changes in an order in which the statements of all can be executed."""
        if isinstance(self.fixes, PostgreSQLFixes):
            return self.fixes.in_order(found)
        return in_order(self.dialect, found)


def statements(
    dialect: str, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()
) -> list[str]:
    """Return all statements that make ``live`` what is ``expected``, each list of them once."""
    found = fixes(dialect, expected, live, schemas)
    ordered = Undo(dialect, found).in_order(changes(expected, live))
    tables = {c.object.name: tuple(found.fix(c)[0]) for c in ordered if c.object.kind == "table"}
    lists = {
        each: None
        for change in ordered
        if (each := tuple(found.fix(change)[0])) != tables.get(change.object.table)
    }
    return [statement for each in lists for statement in each]
