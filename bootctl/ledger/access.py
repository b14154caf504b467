"""How the ledger's table is met, whatever the transaction of who asks."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection, inspect

from bootctl.database.sqlalchemy_internals import isolation_level_of
from bootctl.ledger.autogenerate import LEDGER


def autocommits(connection: Connection) -> bool:
    """Return whether every statement of ``connection`` commits by itself."""
    return isolation_level_of(connection) == "AUTOCOMMIT"


def savepoint(connection: Connection) -> AbstractContextManager[Any]:
    """Keep an error inside from ending the transaction, as it would on PostgreSQL."""
    needed = connection.dialect.name == "postgresql" and not autocommits(connection)
    return connection.begin_nested() if needed else nullcontext()


def is_there(connection: Connection, schema: str | None) -> bool:
    """Return whether the table is there."""
    return bool(inspect(connection).has_table(LEDGER, schema=schema))
