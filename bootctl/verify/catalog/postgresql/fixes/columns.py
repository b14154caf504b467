"""Columns."""

import re
from operator import attrgetter

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import sequences
from bootctl.verify.catalog.postgresql.fixes.names import commented, own_name, sql_name

OWN = "nextval(own sequence)"
_SERIAL = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
_WIDER = {
    ("smallint", "integer"),
    ("smallint", "bigint"),
    ("integer", "bigint"),
    ("real", "double precision"),
}


def _is_serial(column: SchemaObject) -> bool:
    return column.parts.get("default") == OWN


def define(column: SchemaObject) -> str:
    """Return a column as CREATE TABLE and ADD COLUMN have it."""
    parts = column.parts
    serial = _SERIAL.get(parts["type"]) if _is_serial(column) else None
    generated = parts.get("generated", "")
    identity, _, options = parts.get("identity", "").partition(" (")
    clauses = [
        own_name(column),
        serial or parts["type"],
        f"COLLATE {parts['collation']}" if "collation" in parts else "",
        f"GENERATED ALWAYS AS {generated}" if generated else "",
        f"GENERATED {identity.upper()} AS IDENTITY" if identity else "",
        f"({options}" if options else "",
        f"DEFAULT {parts['default']}" if "default" in parts and not serial else "",
        "NOT NULL" if parts["nullable"] == "no" else "",
    ]
    return " ".join(filter(None, clauses))


def _completed(column: SchemaObject) -> list[str]:
    """Return the statements for what a definition cannot say."""
    rest = {"storage", "compression", "statistics", "options"} & column.parts.keys()
    actions = [
        action for part in sorted(rest) for action in _settings(part, "", column.parts[part])
    ]
    table, name = sql_name(column.table), own_name(column)
    if _is_serial(column) and column.parts["nullable"] == "yes":
        actions.append("DROP NOT NULL")
    return [
        *(f"ALTER TABLE {table} ALTER COLUMN {name} {action}" for action in actions),
        *([sequences.alter_own(column)] if "sequence" in column.parts else []),
        *commented(column),
    ]


def of(table: SchemaObject, expected: Catalog) -> tuple[list[str], list[str]]:
    """Return the definitions of a table's columns, and the statements to run afterwards."""
    columns = (c for c in expected.objects if c.kind == "column" and c.table == table.name)
    found = sorted(columns, key=attrgetter("position"))
    return [define(c) for c in found], [statement for c in found for statement in _completed(c)]


def create(column: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that add a column."""
    return [
        f"ALTER TABLE {sql_name(column.table)} ADD COLUMN {define(column)}",
        *_completed(column),
    ]


def needs_new(change: Change) -> bool:
    """Return whether only dropping a column and adding it again gives it its expression."""
    return "generated" in change.parts and bool(
        change.expected and "generated" in change.expected.parts
    )


def alter(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return the statements that make a column what it is to be, in an order that works."""
    column = change.expected
    assert column
    start = f"ALTER TABLE {sql_name(column.table)} ALTER COLUMN {own_name(column)} "
    differs = change.parts
    statements: list[str] = []
    if "generated" in differs:
        statements.append(f"{start}DROP EXPRESSION")
    if differs.keys() & {"type", "collation"}:
        statements += _retyped(change, start, is_enum=_is_enum(change, expected, live))
    statements += _without_default(change, start, expected)
    if differs.keys() & {"nullable", "validated"}:
        # SET NOT NULL looks at the rows, too, where the constraint is not validated.
        statements.append(
            f"{start}{'SET' if column.parts['nullable'] == 'no' else 'DROP'} NOT NULL"
        )
    if "identity" in differs:
        statements += _identity(change, start)
    if "default" in column.parts and differs.keys() & {"default", "type"}:
        statements += _default(column, start, live, changed="default" in differs)
    if "sequence" in differs and "default" not in differs:
        statements.append(sequences.alter_own(column))
    for part, (before, wanted) in differs.items():
        statements += [f"{start}{action}" for action in _settings(part, before, wanted)]
    return statements


def _is_enum(change: Change, expected: Catalog, live: Catalog) -> bool:
    """Return whether a column's type is another enum than it is to be: only text is cast to both."""
    sides = zip((change.live, change.expected), (live, expected), strict=True)
    return all(side and ("enum", side.type_name) in catalog.by_key for side, catalog in sides)


def _retyped(change: Change, start: str, *, is_enum: bool) -> list[str]:
    assert change.expected
    assert change.live
    wanted = change.expected.parts
    collation = wanted.get("collation")
    if not collation and "collation" in change.live.parts:
        collation = 'pg_catalog."default"'
    collate = f" COLLATE {collation}" if collation else ""
    name = own_name(change.expected)
    plain = "default" in change.live.parts and change.live.parts["default"] != OWN
    text = ("::text[]" if wanted["type"].endswith("[]") else "::text") if is_enum else ""
    return [
        *([f"{start}DROP DEFAULT"] if plain and "type" in change.parts else []),
        f"{start}TYPE {wanted['type']}{collate} USING {name}{text}::{wanted['type']}",
    ]


def _without_default(change: Change, start: str, expected: Catalog) -> list[str]:
    before, wanted = change.parts.get("default", ("", ""))
    if before == OWN:
        kept = sequences.owned(change.object, expected)
        drop = [] if kept else [sequences.on_own(change.object, "DROP")]
        return [f"{start}DROP DEFAULT", *drop]
    return [f"{start}DROP DEFAULT"] if before and not wanted else []


def _default(column: SchemaObject, start: str, live: Catalog, *, changed: bool) -> list[str]:
    if not _is_serial(column):
        return [f"{start}SET DEFAULT {column.parts['default']}"]
    return sequences.own_default(column, live) if changed else []


def _identity(change: Change, start: str) -> list[str]:
    before, wanted = (text.partition(" (") for text in change.parts["identity"])
    if before[2] == wanted[2] and before[0] and wanted[0]:
        return [f"{start}SET GENERATED {wanted[0].upper()}"]
    options = f" ({wanted[2]}" if wanted[2] else ""
    add = f"{start}ADD GENERATED {wanted[0].upper()} AS IDENTITY{options}"
    return [
        *([f"{start}DROP IDENTITY"] if before[0] else []),
        *([add, sequences.beyond(change.object)] if wanted[0] else []),
    ]


def _settings(part: str, before: str, wanted: str) -> list[str]:
    match part:
        case "storage":
            return [f"SET STORAGE {wanted or 'extended'}"]
        case "compression":
            return [f"SET COMPRESSION {wanted or 'default'}"]
        case "statistics":
            return [f"SET STATISTICS {wanted or '-1'}"]
        case "options":
            gone = [option.split("=")[0] for option in before.split(", ") if option]
            reset = [f"RESET ({', '.join(gone)})"] if gone else []
            return [*reset, *([f"SET ({wanted})"] if wanted else [])]
        case _:
            return []


_VARYING = re.compile(r"character varying\((\d+)\)((?:\[\])?)")


def narrows(change: Change) -> bool:
    """Return whether a change of type may lose what is in the column."""
    if "type" not in change.parts:
        return needs_new(change)
    before, wanted = change.parts["type"]
    if (before, wanted) in _WIDER or (wanted == "text" and before.startswith("character")):
        return False
    lengths = [_VARYING.fullmatch(text) for text in (before, wanted)]
    if lengths[0] and lengths[1] and lengths[0][2] == lengths[1][2]:
        return int(lengths[0][1]) > int(lengths[1][1])
    return wanted != "character varying" or not before.startswith("character")
