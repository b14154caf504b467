"""Alembic's comparison of models and database, as plain differences."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import CompileError

from bootctl.errors import SettingsError
from bootctl.state import Difference

_KINDS = {
    "add_table": "missing table",
    "remove_table": "unexpected table",
    "add_column": "missing column",
    "remove_column": "unexpected column",
    "add_index": "missing index",
    "remove_index": "unexpected index",
    "add_constraint": "missing constraint",
    "remove_constraint": "unexpected constraint",
    "add_fk": "missing foreign key",
    "remove_fk": "unexpected foreign key",
    "modify_type": "changed type",
    "modify_nullable": "changed nullability",
    "modify_default": "changed default",
    "modify_comment": "changed comment",
    "add_table_comment": "changed table comment",
    "remove_table_comment": "changed table comment",
}


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
    operations = (op for directive in directives for op in _leaves(directive.upgrade_ops_list))
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


def _leaves(operations: Any) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            yield from _leaves(operation.ops)
        else:
            yield operation


def _differences(operation: Any) -> Iterator[Difference]:
    if not hasattr(operation, "to_diff_tuple"):
        # An operation of the user's own, or of an Alembic plugin.
        yield Difference(type(operation).__name__, str(operation))
        return
    found = operation.to_diff_tuple()
    for diff in found if isinstance(found, list) else [found]:
        yield _difference(diff)


def _difference(diff: tuple[Any, ...]) -> Difference:
    kind = _KINDS.get(diff[0], diff[0])
    if diff[0].startswith("modify_"):
        _, schema, table, column, _, old, new = diff
        name = _dotted(schema, table, column)
        if diff[0] == "modify_nullable":
            return Difference(kind, name, "nullable -> not null" if old else "not null -> nullable")
        return Difference(kind, name, f"{_text(old)} -> {_text(new)}")
    if diff[0].endswith("_column"):
        _, schema, table, column = diff
        return Difference(kind, _dotted(schema, table, column.name), str(column.type))
    item = diff[1]
    if diff[0].endswith("_table"):
        return Difference(kind, _dotted(item.schema, item.name))
    if "comment" in diff[0]:
        return Difference(kind, _dotted(item.schema, item.name))
    table = item.table
    columns = ", ".join(_column_names(item))
    return Difference(kind, _dotted(table.schema, table.name, item.name), columns)


def _column_names(item: Any) -> list[str]:
    if hasattr(item, "expressions"):
        return [getattr(part, "name", None) or str(part) for part in item.expressions]
    return [column.name for column in getattr(item, "columns", ())]


def _dotted(*parts: str | None) -> str:
    return ".".join(str(part) for part in parts if part)


def _text(value: Any) -> str:
    value = getattr(value, "arg", value)
    return str(getattr(value, "text", value))
