"""A model's column as the database itself stores it, to compare with what the database has.

A database rewrites what it is told: MariaDB keeps ``DEFAULT now()`` as ``current_timestamp()``, the
default ``0`` of a DECIMAL(12,2) as ``0.00``, and a TEXT(70000) as MEDIUMTEXT. Only the database knows
that these are the same, so it is asked: the column is made in a temporary table, and read back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from bootctl.database import causes, driver_errors
from bootctl.database.failures import NOT_ALLOWED
from bootctl.verify.reflected import column
from bootctl.verify.savepoint import savepoint

_NAME = "bootctl_compared"
_DROP = {
    "sqlite": f"DROP TABLE IF EXISTS temp.{_NAME}",
    "mysql": f"DROP TEMPORARY TABLE IF EXISTS {_NAME}",
    "mariadb": f"DROP TEMPORARY TABLE IF EXISTS {_NAME}",
}


class NotAllowedError(Exception):
    """The role, or a server that only reads, makes no temporary table. The message says why."""


def stored(connection: Connection, model: Column[Any]) -> Column[Any] | None:
    """Return the column ``model`` as the database behind ``connection`` stores it.

    ``None`` where it cannot be made, such as of a type that does not exist. Raises ``NotAllowedError``
    where no column can be. Nothing stays of it in the database.
    """
    copy = Column(
        model.name,
        model.type.copy(),
        server_default=getattr(model.server_default, "arg", None),
        nullable=model.nullable,
    )
    table = Table(_NAME, MetaData(), copy, prefixes=["TEMPORARY"])
    try:
        with savepoint(connection), _dropped(connection):
            # CreateTable alone: Table.create() would make the types of the column, too.
            connection.execute(CreateTable(table))
            return column(inspect(connection).get_columns(_NAME)[0])
    except SQLAlchemyError as error:
        failure = driver_errors.classify(error)
        if failure and failure.kind in NOT_ALLOWED:
            raise NotAllowedError(causes.root_message(error)) from error
        return None


@contextmanager
def _dropped(connection: Connection) -> Iterator[None]:
    """Drop the temporary table in the end, where no savepoint takes it back."""
    try:
        yield
    finally:
        if connection.dialect.name in _DROP:
            connection.exec_driver_sql(_DROP[connection.dialect.name])
