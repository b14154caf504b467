"""The statements for each change, and the order in which they can be executed."""

from collections.abc import Iterable, Iterator

from bootctl.values import frozen
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import (
    columns,
    dependents,
    grants,
    inherited,
    order,
    programs,
    replacing,
    sequences,
    statements,
    tables,
    types,
)
from bootctl.verify.catalog.postgresql.fixes.names import commented

_KEEPS = ("extension", "type", "domain", "sequence", "table", "foreign table", "partition")
"""Kinds that are never dropped to be made anew: what they hold would be lost."""
_HOLDERS = ("table", "partition", "foreign table", "view", "materialized view")


@frozen
class Fix:
    """The statements that make the live object what the expected one is."""

    change: Change
    statements: list[str]
    """None where another change's statements do it too, or where nothing does it safely."""
    destructive: bool = False
    """Whether they lose rows, or a definition that only the live side has."""


class Fixes:
    """Fixes for the differences of two catalogs."""

    def __init__(self, expected: Catalog, live: Catalog, _: tuple[str, ...] = ()) -> None:
        self._expected = expected
        self._live = live

    def in_order(self, found: Iterable[Change]) -> list[Change]:
        """Return differences in an order in which the statements of all can be executed."""
        return sorted(found, key=lambda change: order.place(change, self._expected, self._live))

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements, and whether something is lost; see ``Fix``."""
        found = fix(change, self._expected, self._live)
        return found.statements, found.destructive


def fixes(expected: Catalog, live: Catalog, changes: Iterable[Change]) -> Iterator[Fix]:
    """Yield the fix of each change, in an order in which all can be executed."""
    for change in Fixes(expected, live).in_order(changes):
        yield fix(change, expected, live)


def fix(change: Change, expected: Catalog, live: Catalog) -> Fix:
    """Return the statements for one change between two catalogs."""
    if change.object.kind == "grant":
        side = live if change.live is None else expected
        gone = change.expected is None and _table_is_missing(change.object, side)
        return Fix(change, [] if gone else grants.fix(change))
    if change.expected is None:
        return _without(change, change.object, expected, live)
    if change.live is None:
        return _with(change, change.expected, expected, live)
    return _altered(change, expected, live)


def _table_is_missing(item: SchemaObject, catalog: Catalog) -> bool:
    """Return whether the object comes and goes with its table, which a catalog does not have."""
    return bool(item.table) and not any((kind, item.table) in catalog.by_key for kind in _HOLDERS)


def _without(change: Change, item: SchemaObject, expected: Catalog, live: Catalog) -> Fix:
    """Return what removes an object that only the live side has."""
    if _table_is_missing(item, expected) and item.kind != "partition":
        return Fix(change, [])
    if item.kind == "partition" and ("table", item.name) in expected.by_key:
        return Fix(change, [tables.detach(item)])
    if item.kind == "table" and ("partition", item.name) in expected.by_key:
        return Fix(change, [])  # it is attached
    if ("partition", item.table) in expected.by_key and ("table", item.table) in live.by_key:
        # The partition has them from its table, once it has what that has.
        own = inherited.counterpart(item, expected) if item.kind == "column" else None
        differs = own is not None and own.parts != item.parts
        return Fix(change, _adjusted(Change(own, item), expected, live) if differs else [])
    if item.kind == "sequence" and sequences.is_serial(item, expected):
        return Fix(change, [])  # its column takes from it again
    wanted = inherited.counterpart(item, expected) or inherited.of_view(item, expected)
    if wanted:
        own = inherited.counterpart(item, live) or inherited.of_view(item, live)
        return Fix(change, _adjusted(Change(wanted, item), expected, live) if own else [])
    around = dependents.referring(live, item)
    return Fix(change, [*statements.drop_all(around), *statements.drop(item)], destructive=True)


def _with(change: Change, item: SchemaObject, expected: Catalog, live: Catalog) -> Fix:
    """Return what makes an object that the live side has not."""
    if item.kind == "column" and _table_is_missing(item, live):
        return Fix(change, [])
    if item.kind == "partition" and ("table", item.name) in live.by_key:
        return Fix(change, [tables.attach(item)])
    table = item.name if item.kind == "table" else item.table
    if ("partition", table) in live.by_key and ("table", table) in expected.by_key:
        return Fix(change, [])  # it is detached, and keeps what it has
    if item.kind == "sequence" and sequences.is_serial(item, live):
        return Fix(change, [])  # it is there, and its column takes from it no more
    found = inherited.counterpart(item, live) or inherited.of_view(item, live)
    if found:
        own = inherited.counterpart(item, expected) or inherited.of_view(item, expected)
        return Fix(change, _adjusted(Change(item, found), expected, live) if own else [])
    return Fix(change, statements.create(item, expected, live))


def _adjusted(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return what gives a child's column or trigger what it is to have beside its parent's."""
    comment = commented(change.object, cleared=True) if "comment" in change.parts else []
    if change.object.kind == "column":
        return [*columns.alter(change, expected, live), *comment]
    return [programs.fires(change.object), *comment]


def _altered(change: Change, expected: Catalog, live: Catalog) -> Fix:
    """Return what changes an object, or puts another in its place."""
    wanted = change.expected
    assert wanted
    comment = commented(wanted, cleared=True) if "comment" in change.parts else []
    if change.parts.keys() == {"comment"}:
        return Fix(change, comment)
    if wanted.kind == "column":
        found = replacing.column(change, expected, live)
        return Fix(change, [*found, *comment], destructive=columns.narrows(change))
    found = statements.alter(change)
    if found or wanted.kind in _KEEPS:
        return Fix(change, [*found, *comment], destructive=types.loses(change))
    if wanted.kind == "enum":
        found = replacing.enum(change, expected, live)
        return Fix(change, [*found, *comment], destructive=types.loses(change))
    return Fix(change, replacing.whole(change, expected, live))
