"""What of a schema that migrations make breaks the code of another version, which still runs.

With which differences code can work is ``compatible``'s to say, as it is of a database that is ahead. That
rule refuses a wider type and a column that takes NULL by now, since newer code may have written such values by
then; here no row is newer.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from bootctl.database.state import Difference
from bootctl.verify import omitted
from bootctl.verify.additive import relaxes, restricts, widens
from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.objects import Catalog, SchemaObject, unquoted
from bootctl.verify.catalog.wording import differences, outermost
from bootctl.verify.compatible import Ruling, rulings
from bootctl.verify.needed import KEYS, TYPES, VIEWS, of_table, spoken

_ACTS = ("trigger", "rule", "policy")
"""What changes, hides or refuses rows."""
_OF_TABLES = ("row security", "persistence")
_FILLS = ("default", "generated", "identity")
"""Parts of a column that say what it gets where a row leaves it out."""
_UNTOLD = {
    "missing constraint": "an upsert by it would fail",
    "missing index": "an upsert by it would fail",
    "missing foreign key": "what it did to rows that refer to a row that goes, the code may rely on",
}
"""What is gone on which some code depends and most does not, and why."""
_BARE = re.compile(r"(\(\d+\))?( .*)?$")
"""What an index says of a column besides its name."""


def breaks(needs: Catalog, before: Catalog, after: Catalog) -> list[Ruling]:
    """Return what code that ``needs`` this cannot work with ``after`` some migrations, and why.

    What it could not work with ``before`` them is left out: it is not theirs.
    """
    return [item for item in _new(needs, before, after) if item.difference.kind not in _UNTOLD]


def untold(needs: Catalog, before: Catalog, after: Catalog) -> list[Ruling]:
    """Return of what migrations do nobody can tell whether code that ``needs`` this depends on it, and why."""
    return [
        replace(item, why=_UNTOLD[item.difference.kind])
        for item in _new(needs, before, after)
        if item.difference.kind in _UNTOLD
    ]


def _new(needs: Catalog, before: Catalog, after: Catalog) -> list[Ruling]:
    known = {_identity(item) for item in _breaking(needs, before)}
    return [item for item in _breaking(needs, after) if _identity(item) not in known]


def why_not(needs: Catalog, schema: Catalog) -> str:
    """Return why the two cannot be compared; empty where they can."""
    if needs.server == schema.server:
        return ""
    return f"what it needs was kept on {needs.server}, and this is {schema.server}"


def concerned(needs: Catalog, schema: Catalog) -> Catalog:
    """Return what of a ``schema`` concerns code that ``needs`` this: all of its tables, and the types."""
    tables = {item.name for item in needs.objects if item.kind in ("table", *VIEWS)}
    parts = (part for item in schema.objects if (part := _concerning(item, tables)))
    return Catalog(parts, schema.server, schemas=schema.schemas)


def _concerning(item: SchemaObject, tables: Collection[str]) -> SchemaObject | None:
    if item.kind in TYPES:
        return spoken(item)
    if (item.name if item.kind in ("table", *VIEWS) else item.table) not in tables:
        return None
    if item.kind in VIEWS:
        return replace(item, parts={})
    if item.kind == "table":
        return replace(item, parts={p: item.parts[p] for p in _OF_TABLES if p in item.parts})
    return spoken(item) if item.kind in _ACTS else of_table(item)


def _identity(item: Ruling) -> tuple[Difference, str]:
    return item.difference, item.difference.live


def _breaking(needs: Catalog, schema: Catalog) -> list[Ruling]:
    found = rulings(_differing(needs, concerned(needs, schema)))
    return [item for item in found if not item.harmless and not _only_adds(item.difference)]


def _only_adds(item: Difference) -> bool:
    return widens(item) or relaxes(item)


def _differing(needs: Catalog, schema: Catalog) -> Iterator[Difference]:
    for change in outermost(_without_renamed([*changes(needs, schema)])):
        if not _is_of_new_columns(change, needs, schema):
            yield from (_completed(item, change, schema) for item in differences(change))


def _without_renamed(found: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes without the keys that have another name, and are the same: no code depends on it."""
    gone = {_content(change.expected) for change in found if change.live is None}
    new = {_content(change.live) for change in found if change.expected is None}
    for change in found:
        whole = change.expected is None or change.live is None
        is_key = change.object.kind in (*KEYS, "index")
        if not (whole and is_key and _content(change.object) in gone & new):
            yield change


def _content(item: SchemaObject | None) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """Return what a key says: a unique index says what a unique constraint does."""
    assert item is not None  # it is of the side that has it
    said = {part: text for part, text in item.parts.items() if part != "unique"}
    kind = "constraint" if "unique" in item.parts else item.kind
    return kind, item.table, frozenset(said.items())


def _is_of_new_columns(change: Change, needs: Catalog, schema: Catalog) -> bool:
    """Return whether it is a new CHECK of columns that the code does not write."""
    item = change.object
    if item.kind != "check" or change.expected is not None:
        return False
    there, known = (_columns(catalog, item.table) for catalog in (schema, needs))
    return not restricts(item.parts.get("definition", ""), there, known)


def _columns(catalog: Catalog, table: str) -> list[str]:
    return [
        item.name.removeprefix(f"{table}.")
        for item in catalog.objects
        if item.kind == "column" and item.table == table
    ]


def _completed(item: Difference, change: Change, schema: Catalog) -> Difference:
    """Return ``item`` with what is known of the live object, for who rules on it."""
    live, expected = change.live, change.expected
    if live is None:
        return item
    if live.kind == "column" and (expected is None or item.kind.endswith(_FILLS)):
        kind = "unexpected column" if expected is None else "changed default"
        filled = omitted.of_parts(live.parts, expected.parts if expected else None)
        return replace(item, kind=kind, when_omitted=filled)
    if "columns" in live.parts and "nulls" not in live.parts:
        return replace(item, binds=_bound(live, schema))
    return item


def _bound(key: SchemaObject, schema: Catalog) -> tuple[str, ...] | None:
    """Return the columns of a key; ``None`` where one is an expression."""
    named = [_BARE.sub("", text) for text in _listed(key.parts["columns"])]
    found = [_known(key.table, name, schema) for name in named]
    return tuple(filter(None, found)) if all(found) else None


def _listed(columns: str) -> Iterable[str]:
    return columns.split(", ")


def _known(table: str, name: str, schema: Catalog) -> str:
    names = (f"{table}.{spelled}" for spelled in (name, unquoted(name)))
    return next((found for found in names if ("column", found) in schema.by_key), "")
