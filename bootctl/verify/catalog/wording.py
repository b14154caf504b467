"""A change of a catalog as the differences that a verdict names."""

from collections.abc import Iterable, Iterator

from bootctl.database.state import Difference
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import SchemaObject

_OF_COLUMNS = {"nullable": "nullability"}
_WITH_TYPE = {"collation"}
"""What comes and goes with the type of a column."""
_NULLABILITY = {"yes": "nullable", "no": "not null"}
_TABLES = ("table", "foreign table", "partition")
_LONGEST = 80
"""Characters of a text that a detail quotes; a longer one is in the two definitions only."""


def differences(change: Change) -> Iterator[Difference]:
    """Yield one for an object that is missing, unexpected or changed; of a table or column, for each part."""
    if change.expected is None or change.live is None:
        yield _whole(change)
    elif change.object.kind == "column":
        parts = change.parts.keys() - (_WITH_TYPE if "type" in change.parts else ())
        yield from (_of_part(change, part, _OF_COLUMNS.get(part, part)) for part in sorted(parts))
    elif change.object.kind == "table":
        yield from (_of_part(change, part, f"table {part}") for part in change.parts)
    else:
        told = (_told(part, *texts) for part, texts in change.parts.items())
        yield _difference(change, f"changed {change.object.kind}", "; ".join(told))


def outermost(found: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes without those of what belongs to one that is itself missing or unexpected.

    To a table, that is, but also to a view, or to whatever else privileges are granted on.
    """
    found = list(found)
    whole = {
        change.object.name
        for change in found
        if (change.object.kind in _TABLES or not change.object.table)
        and (change.expected is None or change.live is None)
    }
    for change in found:
        item = change.object
        if item.kind in _TABLES or item.table not in whole:
            yield change


def _whole(change: Change) -> Difference:
    sign = "missing" if change.live is None else "unexpected"
    item = change.object
    return _difference(change, f"{sign} {item.kind}", _gist(item))


def _gist(item: SchemaObject) -> str:
    """Return what tells most of an object: a column's type, the columns of a key."""
    part = "type" if item.kind == "column" else "columns"
    return _short(item.parts.get(part, ""))


def _of_part(change: Change, part: str, words: str) -> Difference:
    live, expected = change.parts[part]
    if part == "nullable":
        live, expected = _NULLABILITY.get(live, live), _NULLABILITY.get(expected, expected)
    texts = (_short(text) or "none" for text in (live, expected))
    return _difference(change, f"changed {words}", " -> ".join(texts))


def _difference(change: Change, kind: str, detail: str) -> Difference:
    return Difference(
        kind,
        change.object.name,
        detail,
        expected=str(change.expected or ""),
        live=str(change.live or ""),
    )


def _told(part: str, live: str, expected: str) -> str:
    short = _short(live), _short(expected)
    if (live and not short[0]) or (expected and not short[1]):
        return part
    return f"{part}: {short[0] or 'none'} -> {short[1] or 'none'}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST and "\n" not in text else ""
