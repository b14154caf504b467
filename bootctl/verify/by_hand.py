"""What differs from what the migrations make: what somebody changed by hand, and what takes it back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bootctl.values import frozen
from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.fixes import Fixes, fixes
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.unseen import seen
from bootctl.verify.catalog.wording import outermost

Statements = tuple[str, ...]


@frozen
class ByHand:
    """A change that no migration has made."""

    change: Change
    fix: Statements
    """Of all that came or went with it, too."""
    destructive: bool


def by_hand(expected: Catalog, live: Catalog, dialect: str) -> list[ByHand]:
    """Return what counts of the changes, in an order in which the fixes of all can be executed.

    ``dialect``: SQLAlchemy's name for the kind of database.
    """
    found = [*seen(changes(expected, live), expected, live)]
    outer = [*outermost(found)]
    served = left_behind(found, live)
    told = {
        change.object.key: change
        for change in outer
        if not _comes_by_itself(change, expected, live)
        and not (_may_be_made(change) and _columns(change.object) in served)
    }
    if not told:
        return []
    inner = _inner(found, outer, told)
    undo = fixes(dialect, expected, live, live.schemas)
    ordered = undo.in_order(c for c in found if c.object.key in told or c.object.key in inner)
    return [*_fixed(ordered, told, inner, undo)]


_NOT_BY_HAND = ("partition", "extension", "publication")
"""Kinds that come without a migration: of a job, of an administrator, of who reads the changes of rows."""


def _comes_by_itself(change: Change, expected: Catalog, live: Catalog) -> bool:
    """Return whether nobody has made it, or only by what else is told."""
    item = change.object
    if item.kind == "sequence" and (change.expected is None or change.live is None):
        # Not at head, where nothing differs.
        from bootctl.verify.catalog.postgresql.fixes.sequences import is_serial

        # That of a column that takes its values from it: of the column it is told.
        return is_serial(item, live if change.live is None else expected)
    return change.expected is None and item.kind in _NOT_BY_HAND


_MAKES_INDEXES = ("MySQL", "MariaDB")
"""Servers that make an index with a foreign key that no other index serves, and leave it behind."""


def left_behind(found: Iterable[Change], live: Catalog) -> frozenset[tuple[str, str]]:
    """Return the tables and columns of foreign keys that came, went or changed, where they make indexes.

    And of those that stayed, and lost the key that served them: the index has their own name.
    """
    if not live.server.startswith(_MAKES_INDEXES):
        return frozenset()
    found = list(found)
    sides = [side for change in found for side in (change.expected, change.live) if side]
    own = [live.by_key.get(("foreign key", side.name)) for side in sides if side.kind == "index"]
    keys = [side for side in (*sides, *own) if side and side.kind == "foreign key"]
    return frozenset(map(_columns, keys))


def _may_be_made(change: Change) -> bool:
    """Return whether it is an index that may have come or gone with a foreign key."""
    item, is_whole = change.object, change.expected is None or change.live is None
    return is_whole and item.kind == "index" and "unique" not in item.parts


def _columns(item: SchemaObject) -> tuple[str, str]:
    return item.table, item.parts.get("columns", "")


_Key = tuple[str, str]


def _inner(
    found: Sequence[Change], outer: Sequence[Change], told: Mapping[_Key, Change]
) -> dict[_Key, _Key]:
    """Return what came or went with what is told, by its key, with the key of that."""
    is_outer = {change.object.key for change in outer}
    # A table may be missing, and a view of its name be there.
    owners = {
        (key[1], _sides(change)): key
        for key, change in told.items()
        if change.live is None or not change.expected
    }
    owned = ((change, (change.object.table, _sides(change))) for change in found)
    return {
        change.object.key: owners[owner]
        for change, owner in owned
        if change.object.key not in is_outer and owner in owners
    }


def _sides(change: Change) -> tuple[bool, bool]:
    return change.expected is None, change.live is None


@dataclass
class _Lists:
    """The statements of one that is told, in order, each list of them once."""

    kept: dict[Statements, None] = field(default_factory=dict)
    destructive: bool = False


_LATE = ("foreign key", "trigger")
"""Kinds that may need another table, or a function, than the one that they belong to."""


def _fixed(
    ordered: Sequence[Change],
    told: Mapping[_Key, Change],
    inner: Mapping[_Key, _Key],
    undo: Fixes,
) -> Iterator[ByHand]:
    lists = {c.object.key: _Lists() for c in ordered if c.object.key in told}
    whole = {key: tuple(undo.fix(told[key])[0]) for key in {*inner.values()}}
    waiting: list[Statements] = []
    last: _Key | None = None
    for change in ordered:
        key = change.object.key
        statements, destructive = undo.fix(change)
        if key in told:
            last = key
            lists[key].kept |= dict.fromkeys([*waiting, tuple(statements)])
            lists[key].destructive = destructive
            waiting = []
        elif tuple(statements) == whole[inner[key]]:
            pass  # what makes or drops a table is that of all that belongs to it
        elif last is None:
            waiting.append(tuple(statements))
        else:
            owner = last if change.object.kind in _LATE else inner[key]
            lists[owner].kept[tuple(statements)] = None
    for key, own in lists.items():
        fix = tuple(statement for each in own.kept for statement in each)
        yield ByHand(told[key], fix, own.destructive)
