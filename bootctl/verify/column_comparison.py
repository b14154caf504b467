"""How a column's type and default are compared: by Alembic, whose findings the database confirms.

Alembic compares texts, or has PostgreSQL compute ``SELECT live = model``, which fails where a type
has no equality. What it takes for a difference is none if the database stores both as the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from alembic.operations.ops import AlterColumnOp
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, DefaultClause
from sqlalchemy.exc import CompileError, SQLAlchemyError

from bootctl.database import driver_errors
from bootctl.output import log
from bootctl.verify.enums import labels_differ
from bootctl.verify.omitted import default_text
from bootctl.verify.stored import savepoint, stored

Store = Callable[[Connection, Column[Any]], Column[Any] | None]
"""Gives a model's column as the database stores it; ``None`` where that is not known."""

Comparison = Callable[..., bool | None]
"""What ``compare_type`` and ``compare_server_default`` of ``context.configure`` may be."""


def options(given: Mapping[str, Any], store: Store = stored) -> dict[str, Any]:
    """Return the options ``given`` to a ``MigrationContext``, with comparisons that ask ``store``.

    A callable of the user's own decides before; what the user turned off stays off.
    """
    return {
        **given,
        "compare_type": _compare_type(given.get("compare_type", True), store),
        "compare_server_default": _compare_default(
            given.get("compare_server_default", False), store
        ),
    }


def _compare_type(user_option: Any, store: Store) -> Comparison | bool:
    if user_option is False:
        return False

    def compare_type(
        context: MigrationContext, live: Column[Any], model: Column[Any], *types: Any
    ) -> bool | None:
        if callable(user_option):
            decided = user_option(context, live, model, *types)
            if decided is not None:
                return bool(decided)
        if labels_differ(context.dialect, live, model):
            return True
        try:
            if not context.impl.compare_type(live, model):
                return False
        except CompileError:  # such as a String() without a length, for which MySQL has no DDL
            return not isinstance(live.type, type(model.type))
        made = store(_connection(context), model)
        return made is None or bool(context.impl.compare_type(live, made))

    return compare_type


def _compare_default(user_option: Any, store: Store) -> Comparison | bool:
    if not user_option:
        return False

    def compare_default(
        context: MigrationContext,
        live: Column[Any],
        model: Column[Any],
        live_text: str | None,
        default: Any,
        model_text: str | None,
    ) -> bool | None:
        if callable(user_option):
            decided = user_option(context, live, model, live_text, default, model_text)
            if decided is not None:
                return bool(decided)
        if not all(
            isinstance(side, DefaultClause | None) for side in (live.server_default, default)
        ):
            return None  # of identities and generated columns Alembic knows more
        if live_text == model_text:
            return False
        error, impl = None, context.impl
        try:
            with savepoint(_connection(context)):
                if not impl.compare_server_default(live, model, model_text, live_text):  # type: ignore[no-untyped-call]
                    return False
        except SQLAlchemyError as raised:
            if driver_errors.classify(raised):
                raise
            error = raised
        return _stored_otherwise(context, live, model, store, error)

    return compare_default


def _stored_otherwise(
    context: MigrationContext,
    live: Column[Any],
    model: Column[Any],
    store: Store,
    error: SQLAlchemyError | None,
) -> bool:
    """Return whether the database stores the default of ``model`` as another than that of ``live``."""
    made = store(_connection(context), model)
    if made is not None:
        return default_text(made.server_default) != default_text(live.server_default)
    if error is None or labels_differ(context.dialect, live, model):
        return True
    column = f"{live.table.name}.{live.name}"
    log.event(
        "verify.not_compared",
        f"the default of {column} is not compared: {driver_errors.root_message(error)}",
        level="WARNING",
        object=column,
        hint="Whether it is what the model says is for you to look at.",
    )
    return False


def without_implied_nullability(
    connection: Connection, operation: AlterColumnOp, model: Column[Any] | None
) -> None:
    """Take back a nullability that the column's type makes, such as that of a DOMAIN that is NOT NULL."""
    if model is not None and operation.modify_nullable is not None:
        made = stored(connection, model)
        if made is not None and made.nullable == operation.existing_nullable:
            operation.modify_nullable = None


def _connection(context: MigrationContext) -> Connection:
    assert context.connection is not None  # only MigrationContext's offline mode has none
    return context.connection
