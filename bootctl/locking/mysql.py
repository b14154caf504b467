"""GET_LOCK of MySQL and MariaDB: a name on the whole server, of at most 64 characters.

https://mariadb.com/kb/en/get_lock/
"""

from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.database.session import Session
from bootctl.database.session_limits import KEEP_LIMIT
from bootctl.locking.mutex import Holder, digest
from bootctl.output.stopwatch import Stopwatch

_SESSION = text("SELECT user, host, time FROM information_schema.processlist WHERE id = :pid")
_NEVER_TIMED_OUT = """
    SET SESSION idle_transaction_timeout = 0, SESSION idle_write_transaction_timeout = 0,
    SESSION idle_readonly_transaction_timeout = 0, SESSION max_statement_time = 0
"""
_YEAR = 31_536_000
"""Seconds: the longest ``wait_timeout``."""


class MysqlLocks:
    """See ``bootctl.locking.server.AdvisoryLocks``."""

    end = "KILL {pid}"

    def __init__(self) -> None:
        self._seen: dict[int, Stopwatch] = {}

    def refuse_shared(self, place: MigrationTarget, session: Session) -> None:
        """Poolers of MySQL keep a client that takes a lock in its session."""

    def prepare(self, connection: Connection) -> None:
        """Let the server not end the session for being idle."""
        connection.exec_driver_sql(KEEP_LIMIT)
        connection.exec_driver_sql(f"SET SESSION wait_timeout = {_YEAR}")
        with suppress(DBAPIError):  # MySQL has none of them
            connection.exec_driver_sql(_NEVER_TIMED_OUT)

    def key(self, connection: Connection, table: VersionTable) -> str:
        """Return a name made of database and table: a schema is a database there."""
        own = connection.exec_driver_sql("SELECT DATABASE()").scalar()
        return f"bootctl:{digest(table.schema or str(own), table.name).hex()}"

    def writer(self, key: str) -> str:
        """Return another name, made of the first."""
        return f"{key}:writer"

    def take(self, key: str) -> str:
        """Return the query that gives 1 where it took the lock, and 0 where not."""
        return f"SELECT GET_LOCK('{key}', 0)"

    def give(self, key: str) -> str:
        """NULL where nobody has it."""
        return f"SELECT RELEASE_LOCK('{key}')"

    def holder(self, connection: Connection, key: str) -> Holder | None:
        """Return a role without PROCESS sees the pid, and more of it only where it is its own user's."""
        pid = connection.exec_driver_sql(f"SELECT IS_USED_LOCK('{key}')").scalar()
        if pid is None:
            return None
        # The server does not say when a session began.
        seconds = self._seen.setdefault(pid, Stopwatch()).ms / 1000
        row = connection.execute(_SESSION, {"pid": pid}).first()
        if row is None:
            return Holder(pid, seconds=seconds)
        return Holder(pid, f"as {row[0]}", str(row[1]), max(float(row[2] or 0), seconds))

    def own(self, connection: Connection) -> int:
        """Return the id of the connection."""
        return int(connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())

    def has(self, connection: Connection, key: str) -> bool:
        """Ask one question: a long history has it asked ten times a second."""
        query = f"SELECT IS_USED_LOCK('{key}') = CONNECTION_ID()"
        return bool(connection.exec_driver_sql(query).scalar())
