"""A step of a migration that waits until the test lets it go on, or ends its server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.databases.fresh import Database
from tests.support.projects.steps import Sql

_READY_SECONDS = 60
_GATES = {
    "postgresql": "SELECT pg_advisory_xact_lock(1)",
    "mariadb": "SELECT GET_LOCK('gate', 60)",
}
_WAITING = {
    "postgresql": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
    "mariadb": "SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock'",
}


def gate(database: Database) -> Sql:
    """The step."""
    return Sql(_GATES[database.kind])


@contextmanager
def closed(database: Database) -> Iterator[None]:
    """The gate is closed inside."""
    with database.session() as cursor:
        cursor.execute(gate(database).text)
        yield


def reached(database: Database) -> None:
    """Return once a migration waits at the gate, of a server that nobody else uses."""
    deadline = time.monotonic() + _READY_SECONDS
    while database.execute(_WAITING[database.kind]) == [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
