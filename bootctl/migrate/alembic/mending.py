"""The SQL of Alembic's operations: what makes a database as the models say."""

from typing import Any

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Dialect

from bootctl.values import frozen

_PERCENT = ("format", "pyformat")
"""How drivers mark parameters for which SQLAlchemy writes each percent sign twice."""


@frozen
class Mending:
    """Statements, and whether they lose data."""

    statements: tuple[str, ...] = ()
    loses: bool = False


def mending(operation: Any, dialect: Dialect) -> Mending:
    """Return what executes an operation; nothing on SQLite, whose tables take no such statement.

    Nothing either where it cannot be written without a database.
    """
    if dialect.name == "sqlite":
        return Mending()
    found: list[str] = []
    context = MigrationContext.configure(dialect=dialect, opts={"as_sql": True})
    setattr(context.impl, "static_output", found.append)  # each statement apart  # noqa: B010
    try:
        Operations(context).invoke(operation)
    except Exception:  # whatever a type of the project's own raises: a fix is a help
        return Mending()
    loses = isinstance(operation, ops.DropTableOp | ops.DropColumnOp)
    loses |= isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None
    return Mending(tuple(_statement(text, dialect) for text in found), loses)


def _statement(text: str, dialect: Dialect) -> str:
    text = text.strip().removesuffix(";")
    return text.replace("%%", "%") if dialect.paramstyle in _PERCENT else text
