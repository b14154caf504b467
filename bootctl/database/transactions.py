"""What became of a transaction: asked of the server, not concluded from what a library told.

A migration may end the transaction that it runs in (``COMMIT`` in a statement, the driver's own
``commit()``), and neither SQLAlchemy nor Tortoise notices.
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

import os
from contextlib import suppress
from typing import Any, Literal

from sqlalchemy import Connection

from bootctl.database.sqlite_file import header

Outcome = Literal["committed", "aborted", "in progress"]

_COUNTER = slice(24, 28)
"""Where the header of an SQLite file counts its changes: https://sqlite.org/fileformat2.html."""
_LOG_HEADER = 32
NUMBER = (
    "SELECT virtualtransaction FROM pg_catalog.pg_locks "
    "WHERE locktype = 'virtualxid' AND pid = pg_backend_pid()"
)
"""Gives that of a session and of its open transaction: ``3/17`` is the 17th."""


def transaction(connection: Connection) -> str | None:
    """Return the name of the transaction that is open, by which ``outcome`` tells what became of it.

    PostgreSQL's is its number, which it gets with this question; SQLite's is the state of the file
    that it would change. ``None`` of any other database, where DDL has no transaction.
    """
    if connection.dialect.name == "postgresql":
        return str(_asked(connection, "SELECT txid_current()"))
    if connection.dialect.name == "sqlite":
        return _state_of_file(connection)
    return None


def number(connection: Connection) -> str | None:
    """Return the number of the open transaction among those of its session, where it has one.

    PostgreSQL counts them, whether or not they write: https://www.postgresql.org/docs/current/transaction-id.html.
    """
    if connection.dialect.name != "postgresql":
        return None
    return str(_asked(connection, NUMBER))


def is_in_block(driver: Any) -> bool:
    """Return whether a PostgreSQL connection is in a transaction, failed or not, as its driver says."""
    asked = getattr(driver, "is_in_transaction", None)
    return bool(asked() if asked else driver.info.transaction_status)


def end_block(connection: Connection) -> bool:
    """Roll back below SQLAlchemy, on PostgreSQL, and return whether there was anything to."""
    pooled: Any = connection.connection
    if not is_in_block(pooled.driver_connection):
        return False
    if connection.dialect.is_async:
        pooled.dbapi_connection.run_async(lambda driver: driver.execute("ROLLBACK"))
    else:
        cursor = pooled.cursor()
        cursor.execute("ROLLBACK")
        cursor.close()
    return True


def outcome(connection: Connection, name: str) -> Outcome | None:
    """Return what became of the transaction called ``name``, seen from another connection.

    ``None`` where the server does not know any more.
    """
    if connection.dialect.name == "sqlite":
        return "aborted" if _state_of_file(connection) == name else "committed"
    told: Outcome | None = _asked(connection, f"SELECT txid_status({int(name)})")
    return told


def has_written(connection: Connection) -> bool:
    """Return whether the open transaction may have written something: yes, where nobody can tell."""
    if connection.dialect.name != "postgresql":
        return True
    return _asked(connection, "SELECT txid_current_if_assigned()") is not None


def _asked(connection: Connection, query: str) -> Any:
    """Return the first value of the first row."""
    row = _row(connection, query)
    return row[0] if row else None


def _state_of_file(connection: Connection) -> str:
    """Return what differs once anything was committed to the file, or to its write-ahead log.

    A log that is begun again has another header: https://sqlite.org/walformat.html.
    """
    file = str(_row(connection, "PRAGMA database_list")[2])
    counter = _beginning(file, _COUNTER.stop)[_COUNTER]
    log = _beginning(f"{file}-wal", _LOG_HEADER)
    size = os.path.getsize(f"{file}-wal") if log else 0
    return f"{counter.hex()} {log.hex()} {size}"


def _beginning(file: str, length: int) -> bytes:
    with suppress(OSError):
        return header(file, length)
    return b""


def _row(connection: Connection, query: str) -> Any:
    """Ask below SQLAlchemy, whose listeners take every statement for one of the migration's."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        return cursor.fetchone()
    finally:
        cursor.close()
