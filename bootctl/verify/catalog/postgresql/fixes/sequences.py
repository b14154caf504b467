"""Sequences, those of columns included."""

import re

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import identifiers, literal, own_name, sql_name

_WORDS = {
    "type": ("AS", "AS bigint"),
    "increment": ("INCREMENT BY", "INCREMENT BY 1"),
    "minimum": ("MINVALUE", "NO MINVALUE"),
    "maximum": ("MAXVALUE", "NO MAXVALUE"),
    "start": ("START", ""),
    "cache": ("CACHE", "CACHE 1"),
}
_OPTION = re.compile(r"(AS|INCREMENT BY|MINVALUE|MAXVALUE|START|CACHE) (\S+)")
_PARTS = {word: part for part, (word, _) in _WORDS.items()}


def clauses(parts: dict[str, str]) -> str:
    """Return all options of a sequence, those that it leaves at their defaults included."""
    found = [
        f"{word} {parts[part]}" if part in parts else otherwise
        for part, (word, otherwise) in _WORDS.items()
    ]
    if "start" not in parts:
        downwards = parts.get("increment", "1").startswith("-")
        found.append(
            f"START {parts.get('maximum' if downwards else 'minimum', -1 if downwards else 1)}"
        )
    found.append("CYCLE" if "cycle" in parts else "NO CYCLE")
    return " ".join(filter(None, found))


def create(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a sequence."""
    unlogged = "UNLOGGED " if "persistence" in item.parts else ""
    made = f"CREATE {unlogged}SEQUENCE {sql_name(item.name)} {clauses(dict(item.parts))}"
    return [made + (f" OWNED BY {item.parts['owner']}" if "owner" in item.parts else "")]


def alter(change: Change) -> list[str]:
    """Return the statement that gives a sequence its options and its owner."""
    assert change.expected
    name, parts = sql_name(change.object.name), dict(change.expected.parts)
    statements = []
    if change.parts.keys() - {"owner", "comment", "persistence"}:
        statements.append(f"ALTER SEQUENCE {name} {clauses(parts)}")
    if "owner" in change.parts:
        statements.append(f"ALTER SEQUENCE {name} OWNED BY {parts.get('owner', 'NONE')}")
    if "persistence" in change.parts:
        statements.append(
            f"ALTER SEQUENCE {name} SET {'UNLOGGED' if 'persistence' in parts else 'LOGGED'}"
        )
    return statements


def own_default(column: SchemaObject, live: Catalog) -> list[str]:
    """Return the statements that let a column take its values from a sequence that it owns.

    One that it owns already, and takes none from, is used.
    """
    table, name = sql_name(column.table), own_name(column)
    found = owned(column, live)
    sequence = sql_name(found.name if found else f"{column.name.replace('.', '_')}_seq")
    made = f"CREATE SEQUENCE {sequence} {_of_column(column)} OWNED BY {table}.{name}"
    return [
        *([] if found else [made]),
        f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT nextval({literal(sequence)})",
        beyond(column, literal(sequence)),
    ]


def owned(column: SchemaObject, catalog: Catalog) -> SchemaObject | None:
    """Return the sequence that a column owns, and does not take its values from."""
    found = (s for s in catalog.objects if s.kind == "sequence" and _owns(column, s))
    return next(found, None)


def is_serial(sequence: SchemaObject, catalog: Catalog) -> bool:
    """Return whether the column that owns the sequence takes its values from it in ``catalog``."""
    return any(
        item.parts.get("default") == "nextval(own sequence)" and _owns(item, sequence)
        for item in catalog.objects
        if item.kind == "column"
    )


def _owns(column: SchemaObject, sequence: SchemaObject) -> bool:
    return identifiers(sequence.parts.get("owner", "")) == identifiers(column.name)


def beyond(column: SchemaObject, sequence: str = "") -> str:
    """Return the statement that lets a column's sequence go on after the values that are there."""
    table, name = sql_name(column.table), own_name(column)
    sequence = sequence or serial(column)
    return (
        f"SELECT setval({sequence}, (SELECT max({name}) FROM {table}))"  # of NULL: nothing is set
    )


def serial(column: SchemaObject) -> str:
    """Return the expression of the name of the sequence that a column owns."""
    plain = column.name.removeprefix(f"{column.table}.")
    if plain.startswith('"'):
        plain = plain[1:-1].replace('""', '"')
    return f"pg_get_serial_sequence({literal(sql_name(column.table))}, {literal(plain)})"


def on_own(column: SchemaObject, action: str, more: str = "") -> str:
    """Return the statement that does ``action`` to the sequence that a column owns."""
    statement = f"{literal(f'{action} SEQUENCE ')} || {serial(column)} || {literal(f' {more}')}"
    return f"DO $bootctl$ BEGIN EXECUTE {statement}; END $bootctl$"


def alter_own(column: SchemaObject) -> str:
    """Return the statement that gives the sequence that a column owns its options."""
    return on_own(column, "ALTER", _of_column(column))


def _of_column(column: SchemaObject) -> str:
    text = column.parts.get("sequence", "")
    parts = {_PARTS[word]: value for word, value in _OPTION.findall(text)}
    parts.setdefault("type", column.parts["type"])
    if text.endswith("CYCLE"):
        parts["cycle"] = "yes"
    return clauses(parts)
