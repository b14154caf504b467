"""What Alembic finds that differs, as plain differences: imported where something may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations.ops import AlterColumnOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Dialect, Table, inspect

from bootctl.database.state import Difference
from bootctl.migrate.alembic.known_tables import Known, without
from bootctl.migrate.alembic.mending import mending
from bootctl.migrate.alembic.respelled import without_respelled_keys
from bootctl.verify.column_comparison import confirm, without_implied_nullability
from bootctl.verify.differences import difference, diffs, leaves, told_apart
from bootctl.verify.other_tables import Named, named
from bootctl.verify.serials import know_serials


def produced(
    context: MigrationContext, opts: Mapping[str, Any], known: Known
) -> tuple[MigrationScript, list[str]]:
    """Return Alembic's operations by ``opts``, and what cannot be compared. The ``known`` tables are left out."""
    confirming = MigrationContext.configure(
        context.connection,
        environment_context=context.environment_context,
        opts={**opts, **(without(known, opts) if known else {})},
    )
    know_serials(confirming)
    unknown = confirm(confirming)
    return produce_migrations(confirming, context.opts["target_metadata"]), unknown


def differing(
    context: MigrationContext, models: Sequence[Table], directives: Iterable[MigrationScript]
) -> tuple[Difference, ...]:
    """Return what the operations of ``directives`` are about."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    operations = [op for directive in directives for op in leaves(directive.upgrade_ops_list)]
    operations = without_respelled_keys(operations, context.connection.dialect.default_schema_name)
    for op in operations:
        if isinstance(op, AlterColumnOp):
            without_implied_nullability(context.connection, op, _column(op, models))
    elsewhere = _tables_elsewhere(context, models)
    return tuple(
        told_apart(
            item
            for op in operations
            if _place(op) not in elsewhere
            for item in _differences(op, context.dialect)
        )
    )


def _tables_elsewhere(context: MigrationContext, models: Sequence[Table]) -> frozenset[Named]:
    """Return the models' tables that are in schemas into which env.py does not look.

    Alembic calls them missing, and has not looked: https://github.com/sqlalchemy/alembic/issues/1675
    """
    schemas = {table.schema for table in models if table.schema}
    if context.opts.get("include_schemas") or not schemas:
        return frozenset()
    inspector = inspect(context.connection)
    return frozenset(
        (schema, name) for schema in schemas for name in inspector.get_table_names(schema)
    )


def _column(operation: AlterColumnOp, models: Sequence[Table]) -> Column[Any] | None:
    tables = (table for table in models if named(table) == _place(operation))
    columns = (column for table in tables for column in table.columns)
    return next((column for column in columns if column.name == operation.column_name), None)


def _place(operation: Any) -> Named:
    """Return the table that an operation of Alembic's is about."""
    return getattr(operation, "schema", None) or "", getattr(operation, "table_name", "")


def _differences(operation: Any, dialect: Dialect) -> Iterator[tuple[Difference, tuple[Any, ...]]]:
    if not hasattr(operation, "to_diff_tuple"):
        # An operation of the user's own, or of an Alembic plugin.
        yield Difference(type(operation).__name__, str(operation)), ()
        return
    mends = mending(operation, dialect)
    for diff in diffs(operation):
        yield (
            replace(difference(diff, dialect), fix=mends.statements, destructive=mends.loses),
            diff,
        )
