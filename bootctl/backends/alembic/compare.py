"""Alembic's comparison of models and database, as plain differences."""

from collections.abc import Callable, Iterator
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import CompileError

from bootctl.autogenerate import LEDGER
from bootctl.errors import SettingsError
from bootctl.schema.differences import difference, leaves
from bootctl.state import Difference


def differences(context: MigrationContext) -> tuple[Difference, ...]:
    """What the database behind ``context`` lacks or has too much, by the user's own options.

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
    script = produce_migrations(context, metadata)
    directives = [script]
    hook = context.opts.get("process_revision_directives")
    if hook:
        options = context.config.cmd_opts if context.config else None
        if options is not None:
            options.autogenerate = True
        hook(context, context.get_current_heads(), directives)
    operations = (op for directive in directives for op in leaves(directive.upgrade_ops_list))
    return tuple(item for op in operations for item in _differences(op))


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


def without_ledger(user_option: Callable[..., bool] | None) -> Callable[..., bool]:
    """``include_name`` for ``context.configure``: the user's, which never sees the ledger."""

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "table" and name == LEDGER:
            return False
        return user_option is None or user_option(name, kind, parents)

    return include_name


def _differences(operation: Any) -> Iterator[Difference]:
    if not hasattr(operation, "to_diff_tuple"):
        # An operation of the user's own, or of an Alembic plugin.
        yield Difference(type(operation).__name__, str(operation))
        return
    found = operation.to_diff_tuple()
    for diff in found if isinstance(found, list) else [found]:
        yield difference(diff)
