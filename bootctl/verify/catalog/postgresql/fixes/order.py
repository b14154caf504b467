"""In which order the statements of several changes can be executed."""

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import dependents, inherited
from bootctl.verify.catalog.postgresql.fixes.names import identifiers
from bootctl.verify.catalog.postgresql.fixes.statements import ORDER

_VIEW = ORDER.index("view")


def place(change: Change, expected: Catalog, live: Catalog) -> tuple[int, int, int]:
    """Return what sorts changes: what is there no more goes first, and what depends on it before it."""
    rank, depth = _rank(change.object), _depth(change.object, expected if change.expected else live)
    if change.expected is None:
        return 1, -rank, -depth
    if change.live and len(change.live.parts.get("inherits", "")) > len(
        change.expected.parts.get("inherits", "")
    ):
        return 0, rank, depth  # before the table that it inherits from
    return 2, rank, depth


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
