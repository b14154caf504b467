"""Alembic's comparison of models and database, as plain differences."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.autogenerate import comparators, produce_migrations
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddConstraintOp,
    AlterColumnOp,
    DowngradeOps,
    MigrationScript,
    ModifyTableOps,
    UpgradeOps,
)
from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple
from sqlalchemy import Column, Dialect, Table, inspect
from sqlalchemy.exc import SQLAlchemyError

from bootctl.database import causes, driver_errors
from bootctl.database.sqlalchemy_internals import read_backticks
from bootctl.database.state import Difference
from bootctl.errors import DriftError, SettingsError
from bootctl.migrate.alembic.known_tables import are_all, known_tables, without
from bootctl.migrate.alembic.mending import mending
from bootctl.migrate.alembic.respelled import without_respelled_keys
from bootctl.values import frozen
from bootctl.verify import keys, strict_comparison
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.column_comparison import confirm, without_implied_nullability
from bootctl.verify.differences import difference, diffs, leaves, told_apart
from bootctl.verify.other_tables import Named, other_tables
from bootctl.verify.serials import know_serials


@frozen
class Found:
    """What differs, and what could not be compared."""

    differences: tuple[Difference, ...]
    not_compared: tuple[str, ...]


def differences(
    context: MigrationContext, *, strict: bool = False, live: Catalog | None = None
) -> Found:
    """Return what the database behind ``context`` lacks or has too much, by the user's own options.

    ``strict``: with types, primary keys and what ``verify.strict_comparison`` adds, whatever they compare.
    ``live``: what was read of the schema. Tables that it shows to be the models' are not compared again.
    ``process_revision_directives`` runs as it does in ``alembic check``.
    Raises ``SettingsError`` where ``env.py`` gives no ``target_metadata``.
    """
    if context.opts.get("target_metadata") is None:
        raise SettingsError(
            "env.py gives no target_metadata, so the schema cannot be verified",
            hint="Pass target_metadata to context.configure() in env.py, "
            "or accept an unverified schema with BOOTCTL__VERIFY__MODE=off.",
        )
    assert context.connection is not None  # only MigrationContext's offline mode has none
    read_backticks(context.connection.dialect)
    models = models_of(context)
    script, unknown = _produced(context, models, strict, live)
    operations = [
        op
        for directive in _directives(context, script)
        for op in leaves(directive.upgrade_ops_list)
    ]
    operations = without_respelled_keys(operations, context.connection.dialect.default_schema_name)
    for op in operations:
        if isinstance(op, AlterColumnOp):
            without_implied_nullability(context.connection, op, _column(op, models))
    elsewhere = _tables_elsewhere(context, models)
    found = told_apart(
        item
        for op in operations
        if _place(op) not in elsewhere
        for item in _differences(op, context.dialect)
    )
    invalid = keys.invalid(context.connection, {table.name for table in models})
    return Found((*found, *invalid), tuple(unknown))


def _directives(context: MigrationContext, script: MigrationScript) -> list[MigrationScript]:
    """Return what the user's ``process_revision_directives`` makes of what was found."""
    directives = [script]
    hook = context.opts.get("process_revision_directives")
    if hook:
        options = context.config.cmd_opts if context.config else None
        if options is not None:
            options.autogenerate = True
        hook(context, context.get_current_heads(), directives)
    return directives


def models_of(context: MigrationContext) -> list[Table]:
    """Return the tables of the models, which ``env.py`` gives as ``target_metadata``; none where it does not."""
    metadata = context.opts.get("target_metadata")
    return [table for own in to_tuple(metadata, ()) for table in own.tables.values()]


def _produced(
    context: MigrationContext, models: Sequence[Table], strict: bool, live: Catalog | None
) -> tuple[MigrationScript, list[str]]:
    """Return Alembic's operations, and what cannot be compared."""
    opts = _options(context, models, strict)
    known = known_tables(context, models, live) if live is not None and not strict else {}
    try:
        if known and are_all(context, models, known, opts):
            return MigrationScript(None, UpgradeOps([]), DowngradeOps([])), []
        confirming, unknown = _confirming(context, opts | without(known, opts) if known else opts)
        return produce_migrations(confirming, context.opts["target_metadata"]), unknown
    except SQLAlchemyError as error:
        if driver_errors.classify(error):
            raise
        raise DriftError(
            "the database cannot be compared with the models: "
            f"{type(error).__name__}: {causes.root_message(error)}",
            hint="`alembic check` makes the same comparison. Leave the object out of it with "
            "include_object in env.py, or accept an unverified schema with "
            "BOOTCTL__VERIFY__MODE=off.",
        ) from error


def _options(context: MigrationContext, models: Sequence[Table], strict: bool) -> dict[str, Any]:
    """Return the options of a comparison that sees the project's tables."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    others = other_tables(context.connection) - {_named(table) for table in models}
    opts = {**context.opts, strict_comparison.OPTION: strict}
    opts["include_name"] = _without(others, opts.get("include_name"))
    if strict and opts.get("compare_type") is False:
        opts["compare_type"] = True
    return opts


def _confirming(
    context: MigrationContext, opts: dict[str, Any]
) -> tuple[MigrationContext, list[str]]:
    """Return a context like ``context`` with ``opts``, which confirms what it finds.

    The list fills with what it cannot compare.
    """
    confirming = MigrationContext.configure(
        context.connection, environment_context=context.environment_context, opts=opts
    )
    know_serials(confirming)
    return confirming, confirm(confirming)


def _without(others: Collection[Named], given: Callable[..., bool] | None) -> Callable[..., bool]:
    """Return an ``include_name`` like the one ``given`` that leaves ``others`` out."""

    def include_name(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
        if kind == "table" and (parents.get("schema_name") or "", name) in others:
            return False
        return given is None or given(name, kind, parents)

    return include_name


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
    tables = (table for table in models if _named(table) == _place(operation))
    columns = (column for table in tables for column in table.columns)
    return next((column for column in columns if column.name == operation.column_name), None)


def _named(table: Table) -> Named:
    return table.schema or "", table.name


def _place(operation: Any) -> Named:
    """Return the table that an operation of Alembic's is about."""
    return getattr(operation, "schema", None) or "", getattr(operation, "table_name", "")


@comparators.dispatch_for("table")
def _compare_primary_keys(
    context: AutogenContext,
    operations: ModifyTableOps,
    schema: str | None,
    name: str,
    live: Table | None,
    model: Table | None,
) -> None:
    if live is None or model is None or not strict_comparison.compares(context):
        return
    keys = [{column.name for column in table.primary_key} for table in (live, model)]
    if keys[0] != keys[1]:
        operations.ops.append(AddConstraintOp.from_constraint(model.primary_key))


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
