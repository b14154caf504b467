"""How a column's type and default are compared: by Alembic, whose findings the database confirms.

Alembic compares texts, or has PostgreSQL compute ``SELECT live = model``, which fails where a type
has no equality. What it takes for a difference is none if the database stores both as the same.
"""

from collections.abc import Callable
from typing import Any

from alembic.operations.ops import AlterColumnOp
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, LargeBinary, Text
from sqlalchemy.exc import CompileError, SQLAlchemyError

from bootctl.database import causes, driver_errors
from bootctl.output import log
from bootctl.verify.enums import labels_differ
from bootctl.verify.omitted import default_text
from bootctl.verify.stored import savepoint, stored

Store = Callable[[Connection, Column[Any]], Column[Any] | None]
"""Gives a model's column as the database stores it; ``None`` where that is not known."""


def confirm(context: MigrationContext, store: Store = stored) -> None:
    """Have ``context`` report a type or a default only if ``store`` gives another one than is there.

    What the user's own ``compare_type`` and ``compare_server_default`` decide, they decide.
    """
    impl: Any = context.impl
    compare_type, compare_default = impl.compare_type, impl.compare_server_default

    def type_differs(live: Column[Any], model: Column[Any]) -> bool:
        if labels_differ(context.dialect, live, model):
            return True
        try:
            if not compare_type(live, model):
                return _is_of_another_size(_connection(context), live, model, store)
        except CompileError:  # such as a String() without a length, for which MySQL has no DDL
            return not isinstance(live.type, type(model.type))
        made = store(_connection(context), model)
        return made is None or bool(compare_type(live, made))

    def default_differs(
        live: Column[Any], model: Column[Any], model_text: str | None, live_text: str | None
    ) -> bool:
        if live_text == model_text:
            return False
        error = None
        try:
            with savepoint(_connection(context)):
                if not compare_default(live, model, model_text, live_text):
                    return False
        except SQLAlchemyError as raised:
            if driver_errors.classify(raised):
                raise
            error = raised
        return _stored_otherwise(context, live, model, store, error)

    impl.compare_type, impl.compare_server_default = type_differs, default_differs


def _is_of_another_size(
    connection: Connection, live: Column[Any], model: Column[Any], store: Store
) -> bool:
    """Return whether MySQL would choose another type by its length, which Alembic does not compare.

    https://dev.mysql.com/doc/refman/8.4/en/blob.html
    """
    chooses = connection.dialect.name in ("mysql", "mariadb") and isinstance(
        model.type, Text | LargeBinary
    )
    if not chooses or not getattr(model.type, "length", None):
        return False
    made = store(connection, model)
    return made is not None and type(made.type) is not type(live.type)


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
        f"the default of {column} is not compared: {causes.root_message(error)}",
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
