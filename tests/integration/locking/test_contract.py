"""The contract of the migration lock, on every kind of database: one holds it, and nobody loses it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.database.session import Session
from bootctl.database.url import Url
from bootctl.errors import LockedError
from bootctl.locking import lock
from tests.support.databases.fresh import Database

HOLDER = """
    import sys
    from tests.integration.locking.test_contract import target
    from bootctl.locking import lock

    with lock.taken([target(*sys.argv[1:])], 10):
        print("held", flush=True)
        sys.stdin.read()
"""


def target(url: str) -> MigrationTarget:
    """The database at ``url``, in which something is always pending."""
    parsed = sa.make_url(url)
    own = Url(parsed.get_backend_name(), path=f"/{parsed.database}", host=parsed.host)
    return MigrationTarget(
        own,
        (VersionTable(None, "alembic_version"),),
        lambda: Session(sa.create_engine(url)),
        lambda connection: False,
    )


@contextmanager
def holder(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock inside."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), database.sync_url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=os.getcwd()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_of_many_holds_it(database: Database) -> None:
    inside: list[int] = []
    most: list[int] = []

    def migrate(number: int) -> None:
        with lock.taken([target(database.sync_url)], 30) as held:
            assert held is not None
            inside.append(number)
            most.append(len(inside))
            held.check()
            inside.remove(number)

    threads = [threading.Thread(target=migrate, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_another_process_s_lock_is_waited_for_until_the_deadline(database: Database) -> None:
    with (
        holder(database),
        pytest.raises(LockedError, match="was not free"),
        lock.taken([target(database.sync_url)], 0.3),
    ):
        pass


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_ends_with_its_process(database: Database, number: signal.Signals) -> None:
    with holder(database) as process:
        process.send_signal(number)
        process.wait()
        with lock.taken([target(database.sync_url)], 10) as held:
            assert held is not None
            held.check()


def test_a_lock_that_is_given_back_can_be_taken(database: Database) -> None:
    for _ in range(3):
        with lock.taken([target(database.sync_url)], 10) as held:
            assert held is not None
    assert not list(Path(database.name).parent.glob("*.bootctl-lock"))


@dataclass(frozen=True)
class _Server:
    """How the session with the lock is found, and ended."""

    kind: str
    sessions: str
    end: str


_SERVERS = {
    "postgresql": _Server(
        "postgresql",
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name LIKE 'bootctl on %'",
        "SELECT pg_terminate_backend({}, 5000)",
    ),
    "mysql": _Server(
        "mariadb",
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
        "KILL {}",
    ),
}


@pytest.mark.parametrize(
    "driver",
    [
        "postgresql+psycopg2",
        "postgresql+psycopg",
        "postgresql+asyncpg",
        "mysql+pymysql",
        "mysql+aiomysql",
    ],
)
def test_the_end_of_its_session_is_seen_at_once(
    fresh_database: Callable[[str], Database], driver: str
) -> None:
    """Also where the server was asked just before, whose answer is believed for a moment."""
    server = _SERVERS[driver.partition("+")[0]]
    database = fresh_database(server.kind)
    url = f"{driver}:{database.sync_url.partition(':')[2]}"
    with lock.taken([target(url)], 10) as held:
        assert held is not None
        held.check()
        [[pid]] = database.execute(server.sessions)
        held.check()
        database.execute(server.end.format(pid))
        with pytest.raises(LockedError, match="was lost"):
            held.check()
