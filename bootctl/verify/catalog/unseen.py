"""What a role cannot see is no difference: who recorded a schema may see more than who compares it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject

OTHERS_GRANTS = "grants to others, and those on functions and procedures"
UNSEEN = {
    "triggers": ("trigger", ""),
    "events": ("event", ""),
    "functions and procedures": ("function procedure package", ""),
    "the bodies of functions and procedures": ("function procedure package", "definition"),
    "the definitions of views": ("view", "definition"),
    "grants": ("grant", ""),
    OTHERS_GRANTS: ("grant", ""),
    "what is the server's": ("extension schema", ""),
}
"""The kinds that a phrase of ``Catalog.unseen`` is about, and the part where it is not all of them.

Any other phrase is about every kind of which nothing was seen at all.
"""


def of_migrations(catalog: Catalog) -> Catalog:
    """Return a catalog of another database without what is each database's own."""
    unseen = ("grants", "what is the server's")
    kinds = {kind for phrase in unseen for kind in UNSEEN[phrase][0].split()}
    kept = (item for item in catalog.objects if item.kind not in kinds)
    return Catalog(kept, catalog.server, (*catalog.unseen, *unseen), catalog.schemas)


def seen(found: Iterable[Change], expected: Catalog, live: Catalog) -> Iterator[Change]:
    """Yield what of the changes both sides could see."""
    for change in found:
        if _is_seen(change.object.kind, change.live, live) and _is_seen(
            change.object.kind, change.expected, expected
        ):
            parts = _unseen_parts(change.object.kind, live, expected)
            kept = Change(_without(change.expected, parts), _without(change.live, parts))
            if not (kept.expected and kept.live) or kept.parts:
                yield change if not parts else kept


def _is_seen(kind: str, item: SchemaObject | None, catalog: Catalog) -> bool:
    if item is not None or not catalog.unseen:
        return True
    for phrase in catalog.unseen:
        kinds, part = UNSEEN.get(phrase, ("", ""))
        if kind in kinds.split() and not part:
            return False
        if not kinds and all(other.kind != kind for other in catalog.objects):
            return False
    return True


def _unseen_parts(kind: str, *catalogs: Catalog) -> set[str]:
    told = (UNSEEN.get(phrase, ("", "")) for catalog in catalogs for phrase in catalog.unseen)
    return {part for kinds, part in told if part and kind in kinds.split()}


def _without(item: SchemaObject | None, parts: set[str]) -> SchemaObject | None:
    if item is None or not parts:
        return item
    return replace(item, parts={k: text for k, text in item.parts.items() if k not in parts})
