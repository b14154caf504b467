"""What the options of ``context.configure()`` in env.py leave out of the comparison."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint

from bootctl.verify.catalog.objects import SchemaObject

_TABLES = ("table", "partition", "foreign table")
_ITEMS = {
    "column": "column",
    "index": "index",
    "constraint": "unique_constraint",
    "foreign key": "foreign_key_constraint",
}
"""The kinds that Alembic calls ``include_object`` for, and its names for them."""


def models_of(context: MigrationContext) -> list[Table]:
    """Return the tables of the models, which ``env.py`` gives as ``target_metadata``; none where it does not."""
    metadata = context.opts.get("target_metadata")
    return [table for own in to_tuple(metadata, ()) for table in own.tables.values()]


class Filters:
    """The user's ``include_name`` and ``include_object``, asked of a schema's objects.

    They are asked as of something that only the database has, or, of a table of the models, with it.
    What raises, because of what a table of ours does not say, leaves nothing out.
    """

    def __init__(
        self, context: MigrationContext, models: Mapping[str, Table], hidden: Collection[str]
    ) -> None:
        self._name = context.opts.get("include_name")
        self._object = context.opts.get("include_object")
        self._models = models
        self._hidden = frozenset(hidden)
        self._tables: dict[str, bool] = {}

    def shows(self, item: SchemaObject) -> bool:
        """Return whether the object is compared."""
        if item.kind in _TABLES:
            return self._shows_table(item.name)
        return self._shows_table(item.table) and self._shows_item(item)

    def _shows_table(self, name: str) -> bool:
        if not name:
            return True
        if name not in self._tables:
            self._tables[name] = name not in self._hidden and self._includes_table(name)
        return self._tables[name]

    def _includes_table(self, name: str) -> bool:
        table = self._table(name)
        parents = {"schema_name": table.schema, "schema_qualified_table_name": name}
        by_name = _asked(self._name, table.name, "table", parents)
        return by_name and _asked(
            self._object, table, table.name, "table", name not in self._models, None
        )

    def _shows_item(self, item: SchemaObject) -> bool:
        kind = _ITEMS.get(item.kind)
        if kind is None or (self._name is None and self._object is None):
            return True
        name, table = item.name.removeprefix(f"{item.table}."), self._table(item.table)
        parents = {
            "schema_name": table.schema,
            "table_name": table.name,
            "schema_qualified_table_name": item.table,
        }
        by_name = _asked(self._name, name, kind, parents)
        if not by_name or self._object is None:
            return by_name
        return _asked(self._object, _stub(kind, name, table), name, kind, True, None)

    def _table(self, name: str) -> Table:
        if name in self._models:
            return self._models[name]
        schema, _, own = name.rpartition(".")
        return Table(own, MetaData(), schema=schema or None)


def _stub(kind: str, name: str, table: Table) -> Any:
    """Return what the database has, as far as a filter may ask: its name and its table."""
    if kind == "column":
        column: Column[Any] = Column(name)
        column.table = table
        return table.columns.get(name, column)
    if kind == "index":
        index = Index(name)
        index.table = table
        return index
    constraint = UniqueConstraint(name=name)
    constraint.parent = table
    return constraint


def _asked(function: Any, *args: Any) -> bool:
    if function is None:
        return True
    try:
        return bool(function(*args))
    except Exception:  # of a stub it may ask what a reflected object would have
        return True
