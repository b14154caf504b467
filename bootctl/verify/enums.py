"""The labels of enums that the database itself knows."""

from typing import Any

from sqlalchemy import ARRAY, Column, Dialect, Enum, TypeDecorator


def labels_differ(dialect: Dialect, live: Column[Any], model: Column[Any]) -> bool:
    """Return whether both are enums, and one has a label that the other has not."""
    if not isinstance(live.type, (Enum, ARRAY, TypeDecorator)):  # what is reflected has no variants
        return False
    known = enum_labels(live.type, dialect)
    if known is None:
        return False
    expected = enum_labels(model.type, dialect)
    return expected is not None and known != expected


def enum_labels(kind: Any, dialect: Dialect) -> frozenset[str] | None:
    """Return the labels of the type ``kind``, or of an array's items; ``None`` for no enum."""
    own = kind.dialect_impl(dialect)
    if isinstance(own, TypeDecorator):
        own = own.impl_instance
    if isinstance(own, ARRAY):
        return enum_labels(own.item_type, dialect)
    return frozenset(own.enums) if isinstance(own, Enum) else None
