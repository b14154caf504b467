"""Tables that are known to be those of the models: Alembic is spared the comparison of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table, inspect

from bootctl.verify.alembic_internals import can_leave_referred_tables_out
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.same.own import is_alembics_own
from bootctl.verify.same.tables import is_same

Known = Mapping[str, Table]
"""The models' tables by their names, all of them in the default schema."""


def known_tables(context: MigrationContext, models: Iterable[Table], live: Catalog) -> Known:
    """Return the tables in which Alembic would find nothing, by what was read of the schema.

    SQLAlchemy finds a key to a partitioned table once for each partition: what that means, Alembic is asked.
    """
    if live.unseen or not is_alembics_own(context):
        return {}
    defaults = context.opts.get("compare_server_default", False) is not False
    partitioned = {item.name for item in live.objects if "partition key" in item.parts}
    return {
        name: table
        for name, table in _named(models, context.dialect.default_schema_name)
        if name not in live.incomplete
        and is_same(table, live.by_table.get(name, ()), context.dialect, defaults=defaults)
        and partitioned.isdisjoint(key.referred_table.name for key in table.foreign_key_constraints)
    }


def _named(models: Iterable[Table], default: str | None) -> Iterator[tuple[str, Table]]:
    """Yield the tables whose models say no schema, each by its name that no other one has."""
    found: dict[str, list[Table]] = {}
    for table in models:
        if table.schema in (None, default):
            found.setdefault(table.name, []).append(table)
    yield from (
        (name, each[0]) for name, each in found.items() if [t.schema for t in each] == [None]
    )


def are_all(
    context: MigrationContext, models: Iterable[Table], known: Known, opts: Mapping[str, Any]
) -> bool:
    """Return whether a comparison with ``opts`` would be of these tables only, in the database and in the models."""
    if opts.get("include_schemas") or any(known.get(table.name) is not table for table in models):
        return False
    include: Callable[..., bool] = opts.get("include_name") or _any
    there = inspect(context.connection).get_table_names() if include(None, "schema", {}) else []
    parents = {"schema_name": None}
    met = {
        name
        for name in there
        if include(name, "table", {**parents, "schema_qualified_table_name": name})
    }
    return met == known.keys()


def _any(*_: Any) -> bool:
    return True


def without(known: Known, opts: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of ``opts`` that change where the ``known`` tables are left out, but for one.

    Where no table is named, SQLAlchemy reads every one. With a foreign key, Alembic 1.13 reads other tables too.
    None of ``opts`` where Alembic cannot leave out what others may refer to.
    """
    if not can_leave_referred_tables_out():
        return {}
    left = min(known, key=lambda name: _size(known[name]), default=None)
    spared = _Spared(known.keys() - {left}, opts)
    return {"include_name": spared.include_name, "include_object": spared.include_object}


def _size(table: Table) -> tuple[int, int]:
    return len(table.foreign_key_constraints), len(table.columns)


class _Spared:
    """The options of a comparison in which the tables of these ``names`` are left out."""

    def __init__(self, names: Collection[str], opts: Mapping[str, Any]) -> None:
        self._names, self._met = names, set[str]()
        self._given_name: Callable[..., bool] = opts.get("include_name") or _any
        self._given_object: Callable[..., bool] = opts.get("include_object") or _any

    def include_name(self, name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
        if not self._given_name(name, kind, parents):
            return False
        is_in_default = kind == "table" and parents.get("schema_name") is None
        if name is None or not is_in_default or name not in self._names:
            return True
        self._met.add(name)
        return False

    def include_object(self, item: Any, name: str | None, kind: str, *others: Any) -> bool:
        """Return ``False`` of the models of tables that Alembic has met: to it they are missing otherwise.

        Of those that it has not met, it is right.
        """
        if kind == "table" and item.schema is None and name in self._met:
            return False
        return self._given_object(item, name, kind, *others)
