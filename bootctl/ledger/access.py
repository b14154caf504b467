"""How the ledger's table is met, whatever the transaction of who asks."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from bootctl.database import driver_connection
from bootctl.database.driver_connection import DriverConnection
from bootctl.database.sqlalchemy_internals import isolation_level_of
from bootctl.ledger.autogenerate import LEDGER

if TYPE_CHECKING:
    from sqlalchemy import Connection


def autocommits(connection: "Connection") -> bool:
    """Return whether every statement of ``connection`` commits by itself."""
    return isolation_level_of(connection) == "AUTOCOMMIT"


def savepoint(connection: "Connection") -> AbstractContextManager[Any]:
    """Keep an error inside from ending the transaction, as it would on PostgreSQL.

    Of what a driver is asked, all ends with the first error, and is asked again by SQLAlchemy.
    """
    if isinstance(connection, DriverConnection):
        return nullcontext()
    needed = connection.dialect.name == "postgresql" and not autocommits(connection)
    return connection.begin_nested() if needed else nullcontext()


def is_there(connection: "Connection", schema: str | None) -> bool:
    """Return whether the table is there."""
    return driver_connection.has_table(connection, LEDGER, schema)


def named(connection: "Connection", schema: str | None) -> str:
    """Return the table as SQL names it."""
    if schema is None:
        return LEDGER
    return f"{connection.dialect.identifier_preparer.quote_schema(schema)}.{LEDGER}"


def scoped(scopes: Collection[str]) -> tuple[str, dict[str, str]]:
    """Return the condition that a row is of one of ``scopes``, and its parameters."""
    values = {f"scope{place}": scope for place, scope in enumerate(scopes)}
    places = ", ".join(f":{name}" for name in values)
    return f"scope IN ({places or 'NULL'})", values
