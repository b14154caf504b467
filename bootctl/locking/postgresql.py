"""PostgreSQL's advisory locks, each a number of 64 bits in one database.

Polled: a session that waits in ``pg_advisory_lock`` holds a snapshot, for which CREATE INDEX
CONCURRENTLY under the lock's holder waits for ever.
https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
"""

import socket

from sqlalchemy import Connection, text

from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.database.session import Session
from bootctl.locking.mutex import Holder, digest
from bootctl.locking.pooler import refuse_pooler

_NEVER_TIMED_OUT = """
    SELECT set_config(name, '0', false) FROM pg_settings
    WHERE name IN ('idle_session_timeout', 'idle_in_transaction_session_timeout',
                   'transaction_timeout', 'statement_timeout', 'lock_timeout')
"""
_NAMED = text("SELECT set_config('application_name', :name, false)")
_HOLDER = text("""
    SELECT l.pid, a.application_name, host(a.client_addr),
           greatest(0, extract(epoch FROM clock_timestamp() - a.backend_start))
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = CAST(:key AS bigint)
""")


class PostgresLocks:
    """See ``bootctl.locking.server.AdvisoryLocks``."""

    end = "SELECT pg_terminate_backend({pid})"

    def refuse_shared(self, place: MigrationTarget, session: Session) -> None:
        """Refuse a pooler in transaction mode: see ``bootctl.locking.pooler``."""
        refuse_pooler(place, session)

    def prepare(self, connection: Connection) -> None:
        """Name the session after its host, and let no time-out of the role end it."""
        connection.execute(_NAMED, {"name": f"bootctl on {socket.gethostname()}"})
        connection.exec_driver_sql(_NEVER_TIMED_OUT)

    def key(self, connection: Connection, table: VersionTable) -> str:
        """Return a number made of database, schema and table: with a constant, all services of a server would wait."""
        names = connection.exec_driver_sql("SELECT current_database(), current_schema()")
        database, schema = names.one()
        return _number(database, table.schema or schema or "", table.name)

    def writer(self, key: str) -> str:
        """Return another number, made of the first."""
        return _number(key, "writer")

    def take(self, key: str) -> str:
        """Return the query that takes the lock if it is free, and never blocks."""
        return f"SELECT pg_try_advisory_lock({key})"

    def give(self, key: str) -> str:
        """Return a lock that the session has not is a warning of the server's."""
        return f"SELECT pg_advisory_unlock({key})"

    def holder(self, connection: Connection, key: str) -> Holder | None:
        """Return the holder by ``pg_locks``, which every role may read."""
        row = connection.execute(_HOLDER, {"key": int(key)}).first()
        if row is None:
            return None
        pid, application, address, seconds = row
        age = None if seconds is None else float(seconds)
        return Holder(pid, application or "", address or "", age)

    def own(self, connection: Connection) -> int:
        """Return the number of the server's process."""
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    def has(self, connection: Connection, key: str) -> bool:
        """Compare the holder with the server's process of the connection."""
        holder = self.holder(connection, key)
        return holder is not None and holder.pid == self.own(connection)


def _number(*parts: str) -> str:
    return str(int.from_bytes(digest(*parts), "big", signed=True))
