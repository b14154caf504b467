"""The SQL that makes a live database what it should be, in the order in which it can be executed."""

from collections.abc import Callable, Iterable
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


def in_order(found: Iterable[Change]) -> list[Change]:
    """Return differences in an order in which the fix of one does not need that of a later one."""
    items = sorted(found, key=_rank)
    triggers = [change for change in items if change.object.kind == "trigger"]
    rest = [change for change in items if change.object.kind != "trigger"]
    at = next((i for i, change in enumerate(rest) if _rank(change) > _TRIGGERS), len(rest))
    return [*rest[:at], *_one_after_another(triggers), *rest[at:]]


def _rank(change: Change) -> tuple[int, int, str]:
    """What goes, then what comes, then what is changed, for a column may need a key to be changed."""
    kind = change.object.kind
    if change.expected is None and kind in _DROPPED_FIRST:
        return 0, _DROPPED_FIRST.index(kind), change.object.name
    place = _MADE.index(kind) if kind in _MADE else len(_MADE)
    if kind == "column" and change.live and change.expected:
        place = _MADE.index("index")
    return 1, place, change.object.name


_TRIGGERS = (1, _MADE.index("trigger"), "")


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


def statements(
    dialect: str, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()
) -> list[str]:
    """Return all statements that make ``live`` what is ``expected``, each list of them once."""
    found = fixes(dialect, expected, live, schemas)
    lists = (tuple(found.fix(change)[0]) for change in in_order(changes(expected, live)))
    return [statement for each in dict.fromkeys(lists) for statement in each]
