"""Whether a table of PostgreSQL is that of SQLAlchemy's models, in all that Alembic compares.

Only what is plain is known to be the same. Of anything else it is not known, and Alembic compares it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Table

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.same.defaults import is_same_default
from bootctl.verify.same.keys import are_same_foreign_keys, are_same_indexes, are_same_uniques
from bootctl.verify.same.names import is_plain_name
from bootctl.verify.same.types import is_same_type

_TABLE = frozenset(("comment", "options", "persistence", "row security"))
_COLUMN = frozenset(("type", "nullable", "default", "sequence", "comment"))
"""The parts that are compared here, and some that Alembic does not look at."""


def is_same(
    table: Table, live: Sequence[SchemaObject], dialect: Dialect, *, defaults: bool
) -> bool:
    """Return whether ``live``, all that the database has of a table of this name, is known to be ``table``.

    It is in the default schema, of which the models do not say the name. ``defaults``: whether Alembic
    compares these. What belongs to a table and is of another kind than here, it does not look at.
    """
    kinds: defaultdict[str, dict[str, SchemaObject]] = defaultdict(dict)
    for item in live:
        kinds[item.kind][item.name.removeprefix(f"{table.name}.")] = item
    own = kinds["table"].get(table.name)
    return (
        own is not None
        and own.parts.keys() <= _TABLE
        and _is_same_comment(table.comment, own)
        and _are_same_columns(table, kinds["column"], dialect, defaults=defaults)
        and are_same_indexes(table, kinds["index"], dialect)
        and are_same_uniques(table, kinds["constraint"], dialect)
        and are_same_foreign_keys(table, kinds["foreign key"])
    )


def _is_same_comment(said: str | None, live: SchemaObject) -> bool:
    """Return whether it is known to be the same: an array in it the catalog has in other words.

    An empty one in the models differs from none, to Alembic 1.13.
    """
    return said == live.parts.get("comment") and "ARRAY[" not in (said or "")


def _are_same_columns(
    table: Table, live: Mapping[str, SchemaObject], dialect: Dialect, *, defaults: bool
) -> bool:
    columns = {column.name: column for column in table.columns if not column.system}
    return columns.keys() == live.keys() and all(
        is_plain_name(name, dialect)
        and _is_same_column(column, live[name].parts, dialect)
        and _is_same_comment(column.comment, live[name])
        and (not defaults or is_same_default(column, live[name].parts, dialect))
        for name, column in columns.items()
    )


def _is_same_column(column: Column[Any], live: Mapping[str, str], dialect: Dialect) -> bool:
    return (
        live.keys() <= _COLUMN
        and column.nullable is (live["nullable"] == "yes")
        and column.computed is None
        and column.identity is None
        and is_same_type(column.type, live["type"], dialect)
    )
