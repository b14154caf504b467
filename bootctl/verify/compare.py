"""A live schema against an expected one, both as the same database reflects them."""

from collections.abc import Collection, Iterable
from dataclasses import field
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Dialect, MetaData, Table, inspect, text
from sqlalchemy.engine.reflection import ObjectScope

from bootctl.database.sqlalchemy_internals import read_backticks
from bootctl.database.state import Difference
from bootctl.values import frozen
from bootctl.verify import keys, omitted, reflected, strict_comparison
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read_tables
from bootctl.verify.column_comparison import confirm
from bootctl.verify.differences import difference, diffs, leaves
from bootctl.verify.other_tables import other_tables
from bootctl.verify.serials import know_serials


@frozen
class Schema:
    """Tables, and their keys and indexes."""

    tables: MetaData
    keys: keys.Keys
    catalog: Catalog = field(default_factory=lambda: Catalog(()))


@frozen
class Compared:
    """One difference; for a column's default, also where it is, and the live one's text."""

    difference: Difference
    table: str = ""
    column: str = ""
    default: str | None = None


def read(connection: Connection, names: Collection[str]) -> Schema:
    """Return the schema of the tables called ``names``, which may be temporary ones."""
    metadata = MetaData()
    if not names:
        return Schema(metadata, {})
    read_backticks(connection.dialect)
    inspector = inspect(connection)
    which: dict[str, Any] = {"filter_names": list(names), "scope": ObjectScope.ANY}
    primary = inspector.get_multi_pk_constraint(**which)
    # One query for all tables, where Table(autoload_with=...) asks for each.
    for key, columns in inspector.get_multi_columns(**which).items():
        own = set(primary[key]["constrained_columns"])
        Table(key[1], metadata, *(reflected.column(column, own) for column in columns))
    for key, checks in inspector.get_multi_check_constraints(**which).items():
        for check in checks:
            metadata.tables[key[1]].append_constraint(
                CheckConstraint(text(check["sqltext"]), name=check["name"])
            )
    return Schema(
        metadata, keys.read(connection, names), read_tables(connection, names, is_undone=True)
    )


def compare(
    connection: Connection, expected: Schema, hidden: Collection[str], strict: bool
) -> list[Compared]:
    """Return what the database lacks or has too much, compared with ``expected``.

    Alembic compares the tables and columns, ``strict``: see the module of this name. Tables
    called one of ``hidden`` are left out.
    """
    read_backticks(connection.dialect)
    models = expected.tables.tables
    schemas = sorted({table.schema or "" for table in models.values()} | {""})
    live = _live(connection, schemas)
    others = {
        keys.shown(schema, name) for schema, name in other_tables(connection) if schema in schemas
    }
    hidden = {*hidden, *(others - models.keys())}
    both = (live & models.keys()) - hidden
    own: dict[keys.Key, str] = {}
    for schema in schemas:
        names = [models[name].name for name in both if (models[name].schema or "") == schema]
        own |= keys.read(connection, names, schema or None)
    mysql = connection.dialect.name == "mysql"
    found = keys.differences(expected.keys, own, both, mysql=mysql)
    columns = _columns(connection, expected.tables, hidden, strict)
    return [*columns, *map(Compared, [*found, *keys.invalid(connection, both)])]


def _live(connection: Connection, schemas: Collection[str]) -> set[str]:
    inspector = inspect(connection)
    return {
        keys.shown(schema, name)
        for schema in schemas
        for name in inspector.get_table_names(schema or None)
    }


def _columns(
    connection: Connection, expected: MetaData, hidden: Collection[str], strict: bool
) -> list[Compared]:
    schemas = {table.schema for table in expected.tables.values()}

    def include_object(item: Any, name: str, kind: str, *_: Any) -> bool:
        is_shown = kind == "table" and keys.shown(item.schema, name) not in hidden
        return kind == "column" or is_shown

    def include_name(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name is None or name in schemas

    options = {
        "include_object": include_object,
        "include_schemas": bool(schemas - {None}),
        "include_name": include_name,
        "compare_type": True,
        "compare_server_default": True,
        "target_metadata": expected,
        strict_comparison.OPTION: strict,
    }
    context = MigrationContext.configure(connection, opts=options)
    know_serials(context)
    # The database itself has made what is expected: each column is as it stores it.
    confirm(context, lambda _, column: column)
    script = produce_migrations(context, expected)
    return [
        item
        for operation in leaves(script.upgrade_ops_list)
        for item in _compared(operation, connection.dialect)
    ]


def _compared(operation: Any, dialect: Dialect) -> Iterable[Compared]:
    for diff in diffs(operation):
        if "comment" in diff[0]:  # no part of what the service relies on
            continue
        if diff[0] == "modify_default":
            _, schema, name, column, _, live, _ = diff
            table = keys.shown(schema, name)
            yield Compared(difference(diff, dialect), table, column, omitted.default_text(live))
        elif "index" not in diff[0]:  # a new or a left table's
            yield Compared(difference(diff, dialect))
