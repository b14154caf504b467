"""The order in which fixes of MySQL and SQLite can be executed."""

from collections.abc import Iterable, Sequence

from bootctl.verify.catalog.changes import Change

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


def in_order(found: Iterable[Change], *more: str) -> list[Change]:
    """Return differences in an order in which the fix of one does not need that of a later one.

    What is dropped of ``more`` kinds goes first, too.
    """
    first, found = _DROPPED_FIRST + more, list(found)
    made = {change.object.name for change in found if change.live is None}
    items = sorted(found, key=lambda change: _place(change, first, made))
    triggers = [change for change in items if change.object.kind == "trigger"]
    rest = [change for change in items if change.object.kind != "trigger"]
    at = next((i for i, change in enumerate(rest) if _rank(change, first) > _TRIGGERS), len(rest))
    return [*rest[:at], *_one_after_another(triggers), *rest[at:]]


def _place(change: Change, first: Sequence[str], made: set[str]) -> tuple[int, int, int, str]:
    """Return the rank of a change; a table that has the name of a view to be made goes just before that."""
    name = change.object.name
    if change.object.kind == "table" and change.expected is None and name in made:
        return 1, _MADE.index("view"), -1, name
    return _rank(change, first)


def _rank(change: Change, first: Sequence[str]) -> tuple[int, int, int, str]:
    """What others hold on to goes first; what is held goes when others have let go of it."""
    kind, name = change.object.kind, change.object.name
    is_dropped = change.expected is None
    if is_dropped and kind in first:
        return 0, first.index(kind), 0, name
    place = _MADE.index(kind) if kind in _MADE else len(_MADE)
    if kind == "column" and (change.live or is_dropped):  # it may need a key that is to be made
        place = _MADE.index("index")
    if is_dropped and kind in ("constraint", "index", "column"):  # a foreign key may let go of it
        place = _MADE.index("foreign key")
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
