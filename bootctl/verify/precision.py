"""How exact a type of PostgreSQL is, which Alembic does not compare where one of two types does not say it."""

import re
from typing import TYPE_CHECKING, Any

from bootctl.verify.catalog.objects import SchemaObject

if TYPE_CHECKING:
    from sqlalchemy import Column, Dialect

_ARGUMENTS = re.compile(r"\(.*?\)")
_EXACT = ("numeric", "timestamp", "time", "interval")
_MOST = "(6)"
"""Digits of a fraction of a second, where a type names none."""


def of_column(column: "Column[Any]", live: SchemaObject, dialect: "Dialect") -> dict[str, str]:
    """Return the type of the model's column where it differs from the ``live`` one in nothing but this."""
    if not live.parts.get("type", "").startswith(_EXACT):
        return {}
    from sqlalchemy import DateTime, Numeric, Time, TypeDecorator
    from sqlalchemy.exc import CompileError

    kind: Any = column.type.dialect_impl(dialect)
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if not isinstance(kind, (Numeric, DateTime, Time)) and kind.__visit_name__ != "INTERVAL":
        return {}
    try:
        said = _written(column.type.compile(dialect=dialect))
    except CompileError:  # of a type that is no database's
        return {}
    return {"type": said} if differs(said, live.parts.get("type", "")) else {}


def differs(one: str, other: str) -> bool:
    """Return whether two types of the catalog are one but for how exact they are."""
    return one.startswith(_EXACT) and _base(one) == _base(other) and _plain(one) != _plain(other)


def _written(kind: str) -> str:
    """Return a type as the server writes it."""
    text = kind.lower().replace(", ", ",").replace(" (", "(")
    return re.sub(r"^numeric\((\d+)\)$", r"numeric(\1,0)", text)


def _base(kind: str) -> str:
    return "interval" if kind.startswith("interval") else _ARGUMENTS.sub("", kind)


def _plain(kind: str) -> str:
    return kind.replace(_MOST, "")
