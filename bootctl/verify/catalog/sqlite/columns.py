"""Columns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from bootctl.verify.catalog.objects import SchemaObject, said
from bootctl.verify.catalog.sqlite.definition import Definition
from bootctl.verify.catalog.sqlite.queries import Row
from bootctl.verify.catalog.sqlite.tokens import expression, literal, tokens

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_STORED = 3
_CONSTANTS = {"TRUE": "1", "FALSE": "0", "NULL": ""}


def columns(
    rows: Iterable[Row], definitions: Mapping[str, Definition], never_null: set[tuple[str, str]]
) -> Iterator[SchemaObject]:
    """Yield the columns of tables; ``never_null`` are those that are so without being declared."""
    for table, name, kind, not_null, default, _, hidden, place in rows:
        if table not in definitions:
            continue
        definition = definitions[table]
        key = name.lower()
        is_null = not not_null and (table, name) not in never_null
        collation = definition.collations.get(key, "")
        parts = {
            "type": declared(kind),
            "nullable": "yes" if is_null else "no",
            "default": value(default, kind) if default is not None else "",
            "generated": _generated(definition.generated.get(key, ""), hidden),
            "collation": "" if collation == "BINARY" else collation,
            "on conflict": definition.not_null.get(key, ""),
        }
        yield SchemaObject("column", f"{table}.{name}", table, said(parts), place)


def _generated(text: str, hidden: int) -> str:
    return f"({text}) {'stored' if hidden == _STORED else 'virtual'}" if text else ""


@lru_cache(maxsize=1024)
def declared(kind: str) -> str:
    """Return a type as all who mean the same declare it."""
    text = expression(tokens(kind)).upper().replace(" (", "(").replace(", ", ",")
    return "INTEGER" if text == "INT" else text


def affinity(kind: str) -> str:
    """Return what a column of this type makes of a value (https://sqlite.org/datatype3.html, 3.1)."""
    name = kind.upper()
    for words, found in (
        (("INT",), "INTEGER"),
        (("CHAR", "CLOB", "TEXT"), "TEXT"),
        (("BLOB",), "BLOB"),
        (("REAL", "FLOA", "DOUB"), "REAL"),
    ):
        if any(word in name for word in words):
            return found
    return "NUMERIC" if name else "BLOB"


@lru_cache(maxsize=1024)
def value(default: str, kind: str) -> str:
    """Return a default; a literal as the column would store it: '0' is 0 where numbers are kept."""
    found = tokens(default)
    if len(found) == 1:
        token = found[0]
        if token.keyword in _CONSTANTS:
            return _stored(_CONSTANTS[token.keyword], affinity(kind))
        if token.kind in ("word", "quoted") and not token.keyword.startswith("CURRENT_"):
            return literal(token.name)
        if token.kind in ("string", "number"):
            return _stored(token.text, affinity(kind))
    if len(found) == 2 and found[0].text in ("+", "-") and found[1].kind == "number":
        return _stored(found[0].text + found[1].text, affinity(kind))
    return expression(found)


def _stored(text: str, kept: str) -> str:
    number = text.strip("'")
    if kept == "BLOB" or not _NUMBER.match(number):
        return text
    if kept == "TEXT":
        return text if text.startswith("'") else literal(number)
    whole = float(number)
    if kept == "REAL":
        return repr(whole)
    is_whole = whole.is_integer() and abs(whole) < 2**53
    return str(int(whole)) if is_whole else number.removeprefix("+")
