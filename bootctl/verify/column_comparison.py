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
from bootctl.verify.looks import are_other_constants, may_be_one_type
from bootctl.verify.omitted import default_text
from bootctl.verify.savepoint import savepoint
from bootctl.verify.stored import NotAllowedError, stored

Store = Callable[[Connection, Column[Any]], Column[Any] | None]
"""Gives a model's column as the database stores it; ``None`` where that is not known."""


def confirm(context: MigrationContext, store: Store = stored) -> list[str]:
    """Have ``context`` report a type or a default only if ``store`` gives another one than is there.

    What the user's own ``compare_type`` and ``compare_server_default`` decide, they decide. Returns the
    list to which it adds, as it compares, what cannot be compared, and why.
    """
    impl: Any = context.impl
    asking = _Asking(context, store)
    impl.compare_type, impl.compare_server_default = asking.type_differs, asking.default_differs
    return asking.unknown


class _Asking:
    """The comparison of ``context``, whose findings are confirmed."""

    def __init__(self, context: MigrationContext, store: Store) -> None:
        impl: Any = context.impl
        self._compare_type, self._compare_default = impl.compare_type, impl.compare_server_default
        self._context, self._store = context, store
        self.unknown: list[str] = []

    def type_differs(self, live: Column[Any], model: Column[Any]) -> bool:
        """Return whether the database stores another type than that of ``model``."""
        if labels_differ(self._context.dialect, live, model):
            return True
        connection = _connection(self._context)
        try:
            return _type_differs(connection, live, model, self._compare_type, self._store)
        except CompileError:  # such as a String() without a length, for which MySQL has no DDL
            return not isinstance(live.type, type(model.type))
        except NotAllowedError as error:
            if not may_be_one_type(live.type, model.type):
                return True
            return self._is_unknown("type", live, error)

    def default_differs(
        self, live: Column[Any], model: Column[Any], model_text: str | None, live_text: str | None
    ) -> bool:
        """Return whether the database stores another default than that of ``model``."""
        if live_text == model_text:
            return False
        error: Exception | None = None
        try:
            with savepoint(_connection(self._context)):
                if not self._compare_default(live, model, model_text, live_text):
                    return False
        except SQLAlchemyError as raised:
            if driver_errors.classify(raised):
                raise
            error = raised
        return self._default_is_stored_otherwise(live, model, (live_text, model_text), error)

    def _default_is_stored_otherwise(
        self,
        live: Column[Any],
        model: Column[Any],
        texts: tuple[str | None, str | None],
        error: Exception | None,
    ) -> bool:
        try:
            made = self._store(_connection(self._context), model)
        except NotAllowedError as refused:
            made = None
            if error is not None or not _differ_as_texts(self._context, live, *texts):
                error = error or refused
        if made is not None:
            stored_text, there = (
                default_text(made.server_default),
                default_text(live.server_default),
            )
            # To Alembic '' on SQLite is an expression, and it puts it in parentheses.
            return there not in (stored_text, f"({stored_text})")
        if error is None or labels_differ(self._context.dialect, live, model):
            return True
        return self._is_unknown("default", live, error)

    def _is_unknown(self, what: str, column: Column[Any], error: Exception) -> bool:
        name, why = f"{column.table.name}.{column.name}", causes.root_message(error)
        self.unknown.append(f"the {what} of {name}: {why}")
        log.event(
            "verify.not_compared",
            f"the {what} of {name} is not compared: {why}",
            level="WARNING",
            object=name,
            hint="Whether it is what the model says is for you to look at.",
        )
        return False


def _type_differs(
    connection: Connection,
    live: Column[Any],
    model: Column[Any],
    compare: Callable[[Column[Any], Column[Any]], bool],
    store: Store,
) -> bool:
    if not compare(live, model):
        return _is_of_another_size(connection, live, model, store) or _is_array_of_it(
            connection, live, model, store
        )
    made = store(connection, model)
    return made is None or bool(compare(live, made))


def _is_array_of_it(
    connection: Connection, live: Column[Any], model: Column[Any], store: Store
) -> bool:
    """Return whether one is an array of the other's type, which to Alembic is the same type."""

    def is_array(column: Column[Any]) -> bool:
        return column.type.compile(dialect=connection.dialect).endswith("]")

    if connection.dialect.name != "postgresql" or is_array(live) == is_array(model):
        return False
    made = store(connection, model)
    return made is None or is_array(live) != is_array(made)


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


def _differ_as_texts(
    context: MigrationContext, live: Column[Any], live_text: str | None, model_text: str | None
) -> bool:
    """Return whether two defaults, which Alembic calls different, are that without asking further.

    PostgreSQL was asked already, by Alembic.
    """
    if context.dialect.name == "postgresql" or live_text is None or model_text is None:
        return True
    return are_other_constants(live.type, live_text, model_text)


def without_implied_nullability(
    connection: Connection, operation: AlterColumnOp, model: Column[Any] | None
) -> None:
    """Take back a nullability that the column's type makes, such as that of a DOMAIN that is NOT NULL."""
    if model is not None and operation.modify_nullable is not None:
        try:
            made = stored(connection, model)
        except NotAllowedError:
            return
        if made is not None and made.nullable == operation.existing_nullable:
            operation.modify_nullable = None


def _connection(context: MigrationContext) -> Connection:
    assert context.connection is not None  # only MigrationContext's offline mode has none
    return context.connection
