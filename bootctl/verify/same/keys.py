"""Whether the indexes, unique constraints and foreign keys of a table are those of the models."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import ArgumentError, NoReferenceError

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.claims import is_plain
from bootctl.verify.same.names import NAME, is_plain_name, read_names

_INDEX = frozenset(("columns", "unique", "comment"))
_UNIQUE = frozenset(("columns", "deferrable", "comment"))
_FOREIGN = frozenset(("columns", "target", "on update", "on delete", "deferrable", "comment"))
"""The parts that are compared here, and some that Alembic does not look at."""
_OTHERS = (CheckConstraint, PrimaryKeyConstraint)
"""Constraints that Alembic does not compare."""
_ACTIONS = frozenset(("", "CASCADE", "RESTRICT", "SET NULL", "SET DEFAULT"))
_TARGET = re.compile(rf"({NAME}) \((.+)\)")

_Live = Mapping[str, SchemaObject]
"""Objects of one kind, by their names without the table's."""
_Foreign = tuple[tuple[str, ...], str, tuple[str, ...], str, str, str]


def are_same_indexes(table: Table, live: _Live, dialect: Dialect) -> bool:
    """Return whether each index of ``table`` is there by its name, and there is no other one."""
    return {index.name for index in table.indexes} == live.keys() and all(
        is_plain_name(index.name, dialect) and _is_same_index(index, live[str(index.name)], dialect)
        for index in table.indexes
    )


def _is_same_index(index: Index, live: SchemaObject, dialect: Dialect) -> bool:
    return (
        type(index) is Index
        and is_plain(index, dialect)
        and live.parts.keys() <= _INDEX
        and bool(index.unique) is ("unique" in live.parts)
        and read_names(live.parts["columns"]) == _names(index.expressions)
    )


def are_same_uniques(table: Table, live: _Live, dialect: Dialect) -> bool:
    """Return whether each constraint of ``table`` is there by its name, and there is no other one.

    One without a name is there where one of its columns is. In which order these are makes no difference.
    """
    found = {name: _unique_columns(item) for name, item in live.items()}
    named: dict[str, tuple[str, ...]] = {}
    unnamed: set[tuple[str, ...]] = set()
    for item in table.constraints:
        if type(item) in (*_OTHERS, ForeignKeyConstraint):
            continue
        if type(item) is not UniqueConstraint or any(item.dialect_kwargs.values()):
            return False
        columns = tuple(sorted(_names(item.columns)))
        if item.name is None:
            unnamed.add(columns)
        elif is_plain_name(item.name, dialect):
            named[str(item.name)] = columns
        else:
            return False
    return (
        all(found.get(name) == columns for name, columns in named.items())
        and unnamed <= {*found.values()}
        and all(name in named or columns in unnamed for name, columns in found.items())
    )


def _unique_columns(live: SchemaObject) -> tuple[str, ...] | None:
    """Return the columns in one order; ``None``, which is no constraint of the models, where there is more to it."""
    names = read_names(live.parts["columns"]) if live.parts.keys() <= _UNIQUE else None
    return names and tuple(sorted(names))


def are_same_foreign_keys(table: Table, live: _Live) -> bool:
    """Return whether those of ``table`` are there, and no others. What they are called makes no difference."""
    try:
        said = {_said(key) for key in table.foreign_key_constraints}
    except (ArgumentError, NoReferenceError):  # of what is in no model
        return False
    return None not in said and said == {_found(item) for item in live.values()}


def _said(key: ForeignKeyConstraint) -> _Foreign | None:
    target = key.referred_table
    update, delete = (_action(text) for text in (key.onupdate, key.ondelete))
    deferrable = "deferrable" if key.deferrable else ""
    if (key.initially or "").lower() == "deferred":
        deferrable = "initially deferred"
    if target.schema is not None or not {update, delete} <= _ACTIONS:
        return None
    own = _names(element.parent for element in key.elements)
    others = _names(element.column for element in key.elements)
    return own, target.name, others, update, delete, deferrable


def _action(text: str | None) -> str:
    action = (text or "").upper()
    return "" if action == "NO ACTION" else action


def _found(live: SchemaObject) -> _Foreign | None:
    parts = live.parts
    target = _TARGET.fullmatch(parts["target"])
    if target is None or not parts.keys() <= _FOREIGN:
        return None
    own, others = read_names(parts["columns"]), read_names(target[2])
    update, delete = parts.get("on update", ""), parts.get("on delete", "")
    if own is None or others is None:
        return None
    return own, target[1].strip('"'), others, update, delete, parts.get("deferrable", "")


def _names(columns: Iterable[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)
