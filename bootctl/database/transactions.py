"""What became of a transaction: asked of the server, not concluded from what a library told.

A migration may end the transaction that it runs in (``COMMIT`` in a statement, the driver's own
``commit()``), and neither SQLAlchemy nor Tortoise notices.
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import Connection

Outcome = Literal["committed", "aborted", "in progress"]

_COUNTER = slice(24, 28)
"""Where the header of an SQLite file counts its changes: https://sqlite.org/fileformat2.html."""
OPEN = "txid_current()"
"""Gives the name of PostgreSQL's transaction that is open."""
NUMBER = (
    "SELECT virtualtransaction FROM pg_catalog.pg_locks "
    "WHERE locktype = 'virtualxid' AND pid = pg_backend_pid()"
)
"""Gives that of a session and of its open transaction: ``3/17`` is the 17th."""


def transaction(connection: "Connection") -> str | None:
    """Return the name of the transaction that is open, by which ``outcome`` tells what became of it.

    PostgreSQL's is its number, which it gets with this question; SQLite's is the state of the file
    that it would change. ``None`` of any other database, where DDL has no transaction.
    """
    if connection.dialect.name == "postgresql":
        return str(_asked(connection, f"SELECT {OPEN}"))
    if connection.dialect.name == "sqlite":
        return _state_of_file(connection)
    return None


def is_in(connection: "Connection", name: str | None) -> bool:
    """Return whether the transaction that is open is the one called ``name``."""
    if name is None or not (_is_asyncpg(connection) and takes_scripts(connection)):
        return transaction(connection) == name
    # By what the server says of a plain statement: one that gives rows is prepared anew after each that alters.
    status = execute_script(connection, f"SELECT WHERE {OPEN} = {int(name)}")
    return bool(status == "SELECT 1")


def number(connection: "Connection") -> str | None:
    """Return the number of the open transaction among those of its session, where it has one.

    PostgreSQL counts them, whether or not they write: https://www.postgresql.org/docs/current/transaction-id.html.
    """
    if connection.dialect.name != "postgresql":
        return None
    return str(_asked(connection, NUMBER))


def is_next(connection: "Connection", number: str) -> bool:
    """Return whether no transaction of PostgreSQL's session was between that of ``number`` and this one."""
    session, _, counted = number.partition("/")
    query = f"SELECT 1 WHERE ({NUMBER}) = '{session}/{int(counted) + 1}'"
    if _is_asyncpg(connection):  # to prepare a statement takes a transaction of its own
        return bool(execute_script(connection, query) == "SELECT 1")
    return _row(connection, query) is not None


def is_in_block(driver: Any) -> bool:
    """Return whether a PostgreSQL connection is in a transaction, failed or not, as its driver says.

    A driver that does not say is in none.
    """
    asked = getattr(driver, "is_in_transaction", None)
    if asked:
        return bool(asked())
    return bool(getattr(getattr(driver, "info", None), "transaction_status", 0))


def end_block(connection: "Connection") -> bool:
    """Roll back below SQLAlchemy, on PostgreSQL, and return whether there was anything to."""
    pooled: Any = connection.connection
    if not is_in_block(pooled.driver_connection):
        return False
    execute_script(connection, "ROLLBACK")
    return True


def execute_script(connection: "Connection", script: str) -> Any:
    """Execute statements of PostgreSQL in one message, below SQLAlchemy. Raises what the driver raises.

    Of a script, the server executes nothing after the statement that fails. What asyncpg returns is
    what the server says of the last one.
    """
    pooled: Any = connection.connection
    if connection.dialect.is_async:
        return pooled.dbapi_connection.run_async(lambda driver: driver.execute(script))
    cursor = pooled.cursor()
    try:
        return cursor.execute(script)
    finally:
        cursor.close()


def tells(connection: "Connection") -> bool:
    """Return whether it is a connection to PostgreSQL whose driver says if it is in a transaction."""
    drivers = ("asyncpg", "psycopg", "psycopg_async", "psycopg2")
    return connection.dialect.name == "postgresql" and connection.dialect.driver in drivers


def takes_scripts(connection: "Connection") -> bool:
    """Return whether a PostgreSQL connection is in a transaction, and its driver takes ``execute_script``."""
    return tells(connection) and is_in_block(connection.connection.driver_connection)


def outcome(connection: "Connection", name: str) -> Outcome | None:
    """Return what became of the transaction called ``name``, seen from another connection.

    ``None`` where the server does not know any more.
    """
    if connection.dialect.name == "sqlite":
        return _outcome_of_file(name, _state_of_file(connection))
    told: Outcome | None = _asked(connection, f"SELECT txid_status({int(name)})")
    return told


def has_written(connection: "Connection") -> bool:
    """Return whether the open transaction may have written something: yes, where nobody can tell."""
    if connection.dialect.name != "postgresql":
        return True
    return _asked(connection, "SELECT txid_current_if_assigned()") is not None


def _asked(connection: "Connection", query: str) -> Any:
    """Return the first value of the first row."""
    row = _row(connection, query)
    return row[0] if row else None


def _is_asyncpg(connection: "Connection") -> bool:
    return connection.dialect.driver == "asyncpg"


def _state_of_file(connection: "Connection") -> str:
    """Return what differs once anything was committed to the file, or to its write-ahead log."""
    from bootctl.database.sqlite_log import committed  # of one kind of database

    file = str(_row(connection, "PRAGMA database_list")[2])
    return f"{_counter(file)} {committed(file)}"


def _outcome_of_file(before: str, now: str) -> Outcome | None:
    counter, log, _ = before.split(" ")
    counter_now, log_now, frames = now.split(" ")
    if now == before:
        return "aborted"
    if log_now and frames == "0":  # it was begun again, and nothing of it is committed
        return "aborted" if counter == counter_now else None
    if log and not log_now:  # it was taken into the file, with what was committed before
        return None
    return "committed"


def _counter(file: str) -> str:
    from bootctl.database.sqlite_file import header  # of one kind of database

    with suppress(OSError):
        return header(file, _COUNTER.stop)[_COUNTER].hex()
    return ""


def _row(connection: "Connection", query: str) -> Any:
    """Ask below SQLAlchemy, whose listeners take every statement for one of the migration's."""
    pooled: Any = connection.connection
    if _is_asyncpg(connection) and is_in_block(pooled.driver_connection):
        # Prepared once: SQLAlchemy's cursor has it prepared anew after each statement that alters.
        return pooled.dbapi_connection.run_async(lambda driver: driver.fetchrow(query))
    cursor = pooled.cursor()
    try:
        cursor.execute(query)
        return cursor.fetchone()
    finally:
        cursor.close()
