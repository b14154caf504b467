"""Alembic's comparison of models and database, as plain differences."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import comparators, produce_migrations
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AddConstraintOp, ModifyTableOps
from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple
from sqlalchemy import Table
from sqlalchemy.exc import CompileError

from bootctl.database.state import Difference
from bootctl.errors import SettingsError
from bootctl.verify import keys, strict_comparison
from bootctl.verify.differences import difference, diffs, leaves


def differences(context: MigrationContext, *, strict: bool = False) -> tuple[Difference, ...]:
    """Return what the database behind ``context`` lacks or has too much, by the user's own options.

    ``strict``: with types, primary keys and what ``verify.strict_comparison`` adds, whatever they compare.
    ``process_revision_directives`` runs as it does in ``alembic check``.
    Raises ``SettingsError`` where ``env.py`` gives no ``target_metadata``.
    """
    metadata = context.opts.get("target_metadata")
    if metadata is None:
        raise SettingsError(
            "env.py gives no target_metadata, so the schema cannot be verified",
            hint="Pass target_metadata to context.configure() in env.py, "
            "or accept an unverified schema with BOOTCTL__VERIFY__MODE=off.",
        )
    script = produce_migrations(_closer(context) if strict else context, metadata)
    directives = [script]
    hook = context.opts.get("process_revision_directives")
    if hook:
        options = context.config.cmd_opts if context.config else None
        if options is not None:
            options.autogenerate = True
        hook(context, context.get_current_heads(), directives)
    operations = (op for directive in directives for op in leaves(directive.upgrade_ops_list))
    found = (item for op in operations for item in _differences(op))
    assert context.connection is not None  # only MigrationContext's offline mode has none
    tables = {table.name for own in to_tuple(metadata) for table in own.tables.values()}
    return (*found, *keys.invalid(context.connection, tables))


def _closer(context: MigrationContext) -> MigrationContext:
    opts = {**context.opts, strict_comparison.OPTION: True}
    if opts.get("compare_type") is False:
        opts["compare_type"] = lenient_compare_type(None)
    return MigrationContext.configure(
        context.connection, environment_context=context.environment_context, opts=opts
    )


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


def lenient_compare_type(user_option: Any) -> Any:
    """``compare_type`` for ``context.configure``: the user's, made to survive a type without DDL.

    A model's ``String()`` has no length and MySQL no DDL for that, so comparing it raises there.
    Any database type of the same family is then what the model asks for.
    """
    if user_option is False:
        return False

    def compare_type(
        context: MigrationContext, inspected: Any, model: Any, inspected_type: Any, model_type: Any
    ) -> bool | None:
        if callable(user_option):
            decided = user_option(context, inspected, model, inspected_type, model_type)
            if decided is not None:
                return bool(decided)
        try:
            return context.impl.compare_type(inspected, model)
        except CompileError:
            return not isinstance(inspected_type, type(model_type))

    return compare_type


def _differences(operation: Any) -> Iterator[Difference]:
    if not hasattr(operation, "to_diff_tuple"):
        # An operation of the user's own, or of an Alembic plugin.
        yield Difference(type(operation).__name__, str(operation))
        return
    yield from map(difference, diffs(operation))
