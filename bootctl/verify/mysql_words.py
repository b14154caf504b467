"""What MySQL and MariaDB have of types and tables, and Alembic does not compare: by the words for it."""

import re
from typing import TYPE_CHECKING, Any

from bootctl.verify.catalog.objects import SchemaObject

if TYPE_CHECKING:
    from sqlalchemy import Column, Dialect, Table

_DIALECTS = ("mysql", "mariadb")
_KIND = re.compile(r"(double precision|\w+)\s*(?:\((.*?)\)(?=\s*(?:[A-Za-z]|$)))?(.*)", re.DOTALL)
_NAMES = {"integer": "int", "numeric": "decimal", "dec": "decimal", "double precision": "double"}
_FILLED = {"tinyint": "3", "smallint": "5", "mediumint": "8", "int": "10", "bigint": "20"}
"""The digits that zeros fill where a type names none: as many as its largest number has."""
_INTEGERS = tuple(_FILLED)
_FLOATS = ("float", "double")
_USUAL = {"decimal": "10,0", "datetime": "0", "timestamp": "0", "time": "0", "bit": "1", "set": ""}
"""The arguments of a type that is given none. https://mariadb.com/kb/en/data-types/"""
_MOST_OF_FLOAT = 24
"""Bits of the precision of a FLOAT; with more it is a DOUBLE."""


def are_alike(one: str, other: str) -> bool:
    """Return whether two types are one in sign, filling, precision and labels; or are no such types."""
    first, second = _words(one), _words(other)
    if first is None or second is None:
        return True
    same_kind = first[0] == second[0] or {first[0], second[0]} <= {*_FLOATS}
    return not same_kind or first == second


def are_one(one: str, other: str) -> bool:
    """Return whether two types are known to be the same, whatever words they are in."""
    words = _words(one)
    return words is not None and words == _words(other)


def _words(kind: str) -> tuple[str, str, bool, bool] | None:
    """Return the kind, its arguments, whether it has no sign, and whether it is filled with zeros."""
    match = _KIND.fullmatch(kind.strip())
    if match is None:
        return None
    name, given, more = match[1].lower(), match[2] or "", match[3].lower()
    name, given = _NAMES.get(name, name), given if name == "set" else given.replace(" ", "")
    is_filled = "zerofill" in more  # which the server takes for unsigned, too
    if name in _INTEGERS:
        given = (given or _FILLED[name]) if is_filled else ""
    elif name in _FLOATS:
        if "," not in given:
            name = "double" if given and int(given) > _MOST_OF_FLOAT else name
            given = ""
    elif name not in _USUAL:
        return None
    elif name == "decimal" and given and "," not in given:
        given += ",0"
    return name, given or _USUAL.get(name, ""), "unsigned" in more or is_filled, is_filled


def of_column(column: "Column[Any]", live: SchemaObject, dialect: "Dialect") -> dict[str, str]:
    """Return what the model says of the ``live`` column: a part that agrees as it is there."""
    from sqlalchemy import String, TypeDecorator

    there, said = live.parts.get("type", ""), _compiled(column, dialect)
    parts = {} if are_alike(there, said) else {"type": said}
    kind: Any = column.type.dialect_impl(dialect)
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, String):
        charset = getattr(kind, "charset", None)
        parts |= _collation(getattr(kind, "collation", None), charset, live)
    return parts


def of_table(table: "Table", live: SchemaObject) -> dict[str, str]:
    """Return what the model says of the engine and the character set of the ``live`` table."""
    told = {
        name.partition("_")[2]: str(value)
        for name, value in table.dialect_kwargs.items()
        if name.startswith(_DIALECTS)
    }
    charset = told.get("default_charset") or told.get("charset")
    parts = _collation(told.get("collate") or told.get("default_collate"), charset, live)
    if engine := told.get("engine"):
        there = live.parts.get("engine", "")
        parts["engine"] = there if there.lower() == engine.lower() else engine
    return parts


def _collation(collation: str | None, charset: str | None, live: SchemaObject) -> dict[str, str]:
    there = live.parts.get("collation", "")
    if collation:
        return {"collation": there if there.lower() == collation.lower() else collation}
    if not charset:
        return {}
    is_of_it = there.partition("_")[0].removesuffix("mb3") == charset.lower().removesuffix("mb3")
    return {"collation": there if is_of_it else f"{charset.lower()}_general_ci"}


def _compiled(column: "Column[Any]", dialect: "Dialect") -> str:
    from sqlalchemy.exc import CompileError

    try:
        return column.type.compile(dialect=dialect)
    except CompileError:  # such as a String() without a length
        return ""
