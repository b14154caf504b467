"""In which order the statements of several changes can be executed."""

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import dependents, inherited
from bootctl.verify.catalog.postgresql.fixes.names import identifiers
from bootctl.verify.catalog.postgresql.fixes.statements import ORDER

_VIEW = ORDER.index("view")


def place(change: Change, expected: Catalog, live: Catalog) -> tuple[int, int, int]:
    """Return what sorts changes: what is there no more goes first, and what depends on it before it.

    What something has that is changed back goes last.
    """
    rank, depth = _rank(change.object), _depth(change.object, expected if change.expected else live)
    if change.expected is None:
        return (3 if _is_held(change.object, expected, live) else 1), -rank, -depth
    if change.live and len(change.live.parts.get("inherits", "")) > len(
        change.expected.parts.get("inherits", "")
    ):
        return 0, rank, depth  # before the table that it inherits from
    return 2, rank, depth


_HELD = ("sequence", "enum", "domain", "type", "collation", "function", "operator class")
"""Kinds that others have in a definition, by which the server keeps them from being dropped."""


def _is_held(item: SchemaObject, expected: Catalog, live: Catalog) -> bool:
    """Return whether something that stays has the object for as long as it is not changed back."""
    if item.kind not in _HELD:
        return False
    name = identifiers(item.name.partition("(")[0].partition(" using ")[0])[-1]
    return any(
        other.key in expected.by_key
        and other.parts != expected.by_key[other.key].parts
        and dependents.mentions(other, name)
        for other in live.objects
    )


def _rank(item: SchemaObject) -> int:
    if item.kind in dependents.VIEWS:
        return _VIEW
    return ORDER.index(item.kind) if item.kind in ORDER else 0


def _depth(item: SchemaObject, catalog: Catalog) -> int:
    """Return how many objects of its kind it depends on, one after the other."""
    if item.kind in dependents.VIEWS:
        needs = [
            view
            for view in catalog.objects
            if view.kind in dependents.VIEWS
            and view is not item
            and dependents.mentions(item, identifiers(view.name)[-1])
        ]
    else:
        needs = inherited.parents(item.name, catalog)
    return max((1 + _depth(needed, catalog) for needed in needs if needed != item), default=0)
