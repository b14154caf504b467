"""Who holds the lock that a migration waits for, read while it waits: afterwards nobody knows."""

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from bootctl.database.migration_target import Writer
from bootctl.output import log
from bootctl.output.stopwatch import Stopwatch
from bootctl.output.unheard import unheard
from bootctl.values import frozen

_PAUSE_SECONDS = (0.2, 0.3)
"""Drawn evenly: InnoDB renews its tables only when nobody has read them for 0.1 s."""
_END_SECONDS = 0.5
_TOLD_AFTER_MS = 1_000
_TOLD_EVERY_MS = 10_000
_MOST = 10
"""As many are named."""


@frozen
class Blocker:
    """A session that others wait for. Its query is not given: it may hold a secret."""

    pid: int
    application: str
    user: str
    address: str
    """Where it connects from; empty where it does not say."""
    state: str
    """Such as ``idle in transaction``."""
    seconds: float | None
    """For how long its transaction has been open, or else its state has lasted."""

    def __str__(self) -> str:
        whose = "@".join(part for part in (self.user, self.address) if part)
        age = "" if self.seconds is None else f"for {self.seconds:.0f} s"
        parts = [self.application, whose, " ".join(part for part in (self.state, age) if part)]
        return f"pid {self.pid} ({', '.join(part for part in parts if part)})"


def blockers(connection: Connection, pid: int) -> tuple[Blocker, ...]:
    """Return the sessions that session ``pid`` waits for, as far as the role of ``connection`` may see.

    Empty where it waits for none. Of MySQL and MariaDB without instruments for metadata locks:
    whoever has an open transaction in its database. Of SQLite always empty.
    """
    found: Iterable[Blocker] = ()
    if connection.dialect.name == "postgresql":
        found = map(_postgresql, connection.execute(_POSTGRESQL, {"pid": pid}))
    elif connection.dialect.name in ("mysql", "mariadb"):
        found = map(_mysql, _mysql_rows(connection, pid))
    return tuple(found)[:_MOST]


_POSTGRESQL = text("""
    SELECT DISTINCT blocking.pid, coalesce(nullif(a.application_name, ''), nullif(a.backend_type, 'client backend')),
           a.usename, host(a.client_addr), a.state,
           extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change))
    FROM pg_stat_activity AS waiting
    CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
    LEFT JOIN pg_stat_activity AS a ON a.pid = blocking.pid
    WHERE waiting.pid = :pid AND waiting.wait_event_type = 'Lock'
    ORDER BY blocking.pid
""")
"""Only of a session that waits: ``pg_blocking_pids`` stops the lock manager for a moment."""


def _postgresql(row: Sequence[Any]) -> Blocker:
    pid, application, user, address, state, seconds = row
    if pid == 0:
        return Blocker(pid, "", "", "", "a prepared transaction", None)
    age = None if seconds is None else float(seconds)
    return Blocker(pid, application or "", user or "", address or "", state or "", age)


_DOING = text("""
    SELECT state FROM information_schema.processlist WHERE id = :pid AND command <> 'Sleep'
""")


def _queries(*bodies: str) -> tuple[TextClause, ...]:
    session = "p.id, p.user, p.host, p.command, p.state"
    return tuple(text(f"SELECT DISTINCT {session}, {body} ORDER BY p.id") for body in bodies)


_OF_METADATA = _queries(
    """
    p.time
    FROM performance_schema.threads AS waiting
    JOIN performance_schema.metadata_locks AS wanted
      ON wanted.owner_thread_id = waiting.thread_id AND wanted.lock_status = 'PENDING'
    JOIN performance_schema.metadata_locks AS held
      ON held.object_type = wanted.object_type
     AND held.object_schema <=> wanted.object_schema AND held.object_name <=> wanted.object_name
     AND held.lock_status = 'GRANTED' AND held.owner_thread_id <> waiting.thread_id
    JOIN performance_schema.threads AS holding ON holding.thread_id = held.owner_thread_id
    JOIN information_schema.processlist AS p ON p.id = holding.processlist_id
    WHERE waiting.processlist_id = :pid
    """,
    """
    timestampdiff(SECOND, t.trx_started, now())
    FROM information_schema.innodb_trx AS t
    JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id
    JOIN information_schema.processlist AS waiting ON waiting.db = p.db AND waiting.id <> p.id
    WHERE waiting.id = :pid
    """,
)
"""Where metadata locks are instrumented; else the open transactions in the same database.

https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
"""

_OF_ROWS = _queries(
    """
    timestampdiff(SECOND, t.trx_started, now())
    FROM information_schema.innodb_trx AS waiting
    JOIN information_schema.innodb_lock_waits AS w ON w.requesting_trx_id = waiting.trx_id
    JOIN information_schema.innodb_trx AS t ON t.trx_id = w.blocking_trx_id
    JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id
    WHERE waiting.trx_mysql_thread_id = :pid
    """,
    """
    p.time
    FROM performance_schema.threads AS waiting
    JOIN performance_schema.data_lock_waits AS w ON w.requesting_thread_id = waiting.thread_id
    JOIN performance_schema.threads AS holding ON holding.thread_id = w.blocking_thread_id
    JOIN information_schema.processlist AS p ON p.id = holding.processlist_id
    WHERE waiting.processlist_id = :pid
    """,
)
"""Of MariaDB, and of MySQL.

https://mariadb.com/kb/en/information-schema-innodb_lock_waits-table/
https://dev.mysql.com/doc/refman/8.4/en/performance-schema-data-lock-waits-table.html
"""


def _mysql_rows(connection: Connection, pid: int) -> Sequence[Sequence[Any]]:
    """Return what the first of the queries gives that gives any row; most servers have not every table."""
    doing = connection.execute(_DOING, {"pid": pid}).first()
    if doing is None:
        return ()
    for query in _OF_METADATA if str(doing[0]).startswith("Waiting for") else _OF_ROWS:
        try:
            rows = connection.execute(query, {"pid": pid}).all()
        except DBAPIError as error:  # there is no such table, or the role may not read it
            if error.connection_invalidated:
                raise
        else:
            if rows:
                return rows
    return ()


def _mysql(row: Sequence[Any]) -> Blocker:
    pid, user, host, command, state, seconds = row
    doing = "idle in transaction" if command == "Sleep" else state or command
    address, colon, _ = host.rpartition(":")
    return Blocker(pid, "", user, address if colon else host, doing, float(seconds))


def _cancel(connection: Connection, pid: int) -> None:
    """End the statement that session ``pid`` executes; the session goes on."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_cancel_backend(:pid)"), {"pid": pid})
    else:
        connection.exec_driver_sql(f"KILL QUERY {pid}")


class Watch:
    """While it is entered: who blocks ``writer``, and a line that says so.

    ``migrate.blocked`` is logged once that has lasted a second, then for other blockers, and
    every 10 s. Where ``is_unheard`` says that a signal waits for the driver to return, its statement is ended.
    """

    def __init__(self, writer: Writer, is_unheard: Callable[[], bool] = lambda: False) -> None:
        self._writer = writer
        self._is_unheard = is_unheard
        self._was_unheard = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bootctl-watch", daemon=True)
        self._blocked: Stopwatch | None = None
        self._told: tuple[frozenset[int], Stopwatch] | None = None
        self.last: tuple[Blocker, ...] = ()
        """Those seen last, also when they block no more."""

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_END_SECONDS)  # the server may not answer any more

    def _run(self) -> None:
        # Whatever the driver raises: the session is gone, and with it the lock, which says so.
        with suppress(Exception):
            while not self._ended.wait(random.uniform(*_PAUSE_SECONDS)):  # noqa: S311  # no secret
                found = self._writer.observer.run(self._read)
                if not self._ended.is_set():
                    self._see(found)

    def _read(self, connection: Connection) -> tuple[Blocker, ...]:
        pid = self._writer.pid(connection)
        if pid is None:
            return ()
        before, self._was_unheard = self._was_unheard, self._is_unheard()
        if before and self._was_unheard:  # not only between two instructions
            _cancel(connection, pid)
        return blockers(connection, pid)

    def _see(self, found: tuple[Blocker, ...]) -> None:
        if not found:
            self._blocked = self._told = None
            return
        self.last = found
        self._blocked = self._blocked or Stopwatch()
        pids = frozenset(blocker.pid for blocker in found)
        if self._blocked.ms >= _TOLD_AFTER_MS and self._is_news(pids):
            self._told = pids, Stopwatch()
            log.event(
                "migrate.blocked",
                f"the migration waits for {', '.join(map(str, found))}",
                level="WARNING",
                blockers=[str(blocker) for blocker in found],
                duration_ms=self._blocked.ms,
            )

    def _is_news(self, pids: frozenset[int]) -> bool:
        return self._told is None or self._told[0] != pids or self._told[1].ms >= _TOLD_EVERY_MS


class Watches:
    """While it is entered: who blocks any of ``writers``."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._writers = writers
        self._watches: list[Watch] = []
        self._stack = ExitStack()

    def __enter__(self) -> "Watches":
        is_unheard = self._stack.enter_context(unheard())
        for writer in self._writers:
            self._watches.append(self._stack.enter_context(Watch(writer, is_unheard)))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def blockers(self) -> list[Blocker]:
        """Return those seen last, also when they block no more."""
        return [blocker for watch in self._watches for blocker in watch.last]
