"""What models say of a schema by the tables that they make, and the comparison of keys does not see.

Both are of one server, so their parts compare as text. Names do not count: an ORM's ``ALTER`` and its
``CREATE`` name the same index differently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bootctl.verify import mysql_words, precision
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.claim import Claim
from bootctl.verify.doubled import doubled
from bootctl.verify.modelled import Modelled

_KEYS = ("index", "constraint")
_PARTS = {
    "table": ("persistence",),
    "column": ("generated", "identity", "collation"),
    "check": ("definition", "validated", "enforced"),
    "exclusion": ("definition", "deferrable"),
    "index": ("columns", "method", "predicate", "include", "nulls", "valid"),
    "constraint": ("columns", "include", "nulls", "deferrable"),
    "primary key": ("rowid",),
    "foreign key": ("deferrable", "validated", "enforced", "triggers"),
}
"""What is compared of each kind. All else is compared before, or of no account to the models."""

_MYSQL = ("MySQL", "MariaDB")
_TEMPORARY = "persistence"
_UNSAID = (_TEMPORARY, "comment")
"""What is the same in all that is made, and what no service relies on."""
_OWN_SEQUENCE = "nextval(own sequence)"


def built(expected: Catalog, live: Catalog) -> Modelled:
    """Return what the tables of ``expected``, which the models make, say of those that are there."""
    by_table = _by_table(live)
    claims = [
        _claim(item, by_table[table], live.server)
        for item in expected.objects
        if item.kind in _PARTS and (table := _table(item)) in by_table
    ]
    claims = [claim for claim in claims if claim.live or claim.said.kind in ("check", "exclusion")]
    known = [
        _as_live(item, by_table[table])
        for item in expected.objects
        if (table := _table(item)) in by_table
    ]
    modelled = Modelled.of(known, claims)
    more = tuple(doubled(known, live.objects))
    return replace(modelled, changes=modelled.changes + more, whole=whole(expected, live))


def whole(expected: Catalog, live: Catalog) -> Catalog:
    """Return what models make, each object under the name that it has in the ``live`` schema.

    It was made where tables are temporary.
    """
    by_table = _by_table(live)
    named = (_as_live(item, by_table.get(_table(item), ())) for item in expected.objects)
    return Catalog(
        replace(item, parts={p: text for p, text in item.parts.items() if text and p != _TEMPORARY})
        for item in named
    )


def is_made(whole: Catalog, live: Catalog) -> bool:
    """Return whether the tables of the ``live`` schema are those of ``whole``, and the same in all parts.

    A comparison of both would find nothing. Where this is not so, it may find nothing either.
    """
    return _tables_of(whole) == _tables_of(live)


def _tables_of(catalog: Catalog) -> list[tuple[str, str, dict[str, str]]]:
    of_tables = (item for item in catalog.objects if item.kind in (*_PARTS, "primary key"))
    return [
        (item.kind, item.name, {p: text for p, text in item.parts.items() if p not in _UNSAID})
        for item in of_tables
    ]


def _table(item: SchemaObject) -> str:
    return item.name if item.kind == "table" else item.table


def _by_table(live: Catalog) -> dict[str, list[SchemaObject]]:
    found: dict[str, list[SchemaObject]] = {
        item.name: [] for item in live.objects if item.kind == "table"
    }
    for item in live.objects:
        if _table(item) in found:
            found[_table(item)].append(item)
    return found


def _claim(item: SchemaObject, live: Sequence[SchemaObject], server: str) -> Claim:
    parts = {part: item.parts.get(part, "") for part in _PARTS[item.kind]}
    same = _same(item, live)
    if item.kind == "column":
        if server.startswith(_MYSQL):
            del parts[
                "collation"
            ]  # that of the database, unless somebody chose another for a table
        said = item.parts.get("type", "")
        if same and _is_another(said, same.parts.get("type", ""), server):
            parts["type"] = said
    if item.parts.get("default") == _OWN_SEQUENCE:
        parts["default"] = _OWN_SEQUENCE
    if item.kind == "table":
        parts["persistence"] = ""  # where they are made, they are temporary
    return Claim(replace(item, parts=parts), same)


def _is_another(said: str, there: str, server: str) -> bool:
    """Return whether two types differ in what the comparison of columns does not see."""
    if server.startswith(_MYSQL):
        return not mysql_words.are_alike(there, said)
    return server.startswith("postgresql") and precision.differs(said, there)


def _as_live(item: SchemaObject, live: Sequence[SchemaObject]) -> SchemaObject:
    same = _same(item, live)
    if same is None or same.kind != item.kind:
        return item
    return replace(item, name=same.name, parts={**dict.fromkeys(same.parts, ""), **item.parts})


def _same(item: SchemaObject, live: Sequence[SchemaObject]) -> SchemaObject | None:
    """Return the live object that is to be the one of the models."""
    return next(_alike(item, live), None)


def _alike(item: SchemaObject, live: Sequence[SchemaObject]) -> Iterator[SchemaObject]:
    yield from (other for other in live if other.key == item.key)
    kinds = _KEYS if item.kind in _KEYS else (item.kind,)
    others = [other for other in live if other.kind in kinds]
    if item.kind in ("check", "exclusion"):
        yield from (other for other in others if _said(other) == _said(item))
    elif item.kind in (*_KEYS, "foreign key", "primary key"):
        others = [other for other in others if _bare(other) == _bare(item)]
        yield from (other for other in others if _said(other) == _said(item))
        yield from others


def _said(item: SchemaObject) -> dict[str, str]:
    return {part: item.parts.get(part, "") for part in _PARTS.get(item.kind, ("columns",))}


def _bare(item: SchemaObject) -> tuple[bool, list[str]]:
    """Return the columns without their order, and whether no two rows may have the same."""
    columns = item.parts.get("columns", "").split(", ")
    return item.kind == "constraint" or "unique" in item.parts, [c.split(" ")[0] for c in columns]
