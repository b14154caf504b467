"""Who blocks a session, as PostgreSQL and MariaDB say, while it waits."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.database.migration_target import Writer
from bootctl.database.session import Session
from bootctl.locking.blockers import Blocker, Watch, blockers
from bootctl.output import log
from tests.support.databases.fresh import Database
from tests.support.servers import standard

Fresh = Callable[[str], Database]

ALTER = "ALTER TABLE held ADD x int"
READ = "SELECT id, 'canary' FROM held"
UPDATE = "UPDATE held SET v = 2"


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, fresh_database: Fresh) -> Database:
    """Two tables."""
    return prepared(fresh_database(request.param))


def prepared(database: Database) -> Database:
    database.execute("CREATE TABLE held (id int PRIMARY KEY, v int)")
    database.execute("CREATE TABLE other (id int PRIMARY KEY)")
    database.execute("INSERT INTO held VALUES (1, 1)")
    return database


@contextmanager
def session(database: Database, *, is_async: bool = False) -> Iterator[Session]:
    url = database.async_url if is_async else database.sync_url
    engine = create_async_engine(url).sync_engine if is_async else sa.create_engine(url)
    opened = Session(engine)
    try:
        yield opened
    finally:
        opened.close()


def pid_of(connection: Any) -> int:
    is_psycopg = hasattr(connection, "get_backend_pid")
    return int(connection.get_backend_pid() if is_psycopg else connection.thread_id())


@contextmanager
def blocked(database: Database, holds: str, waits: str) -> Iterator[tuple[Any, int]]:
    """The connection whose transaction executed ``holds``, and the pid of one that waits for it."""
    with database._connection() as holder, database._connection() as waiter:
        holder.cursor().execute(holds)
        thread = threading.Thread(target=lambda: waiter.cursor().execute(waits))
        thread.start()
        try:
            yield holder, pid_of(waiter)
        finally:
            holder.rollback()
            thread.join()


def seen(session: Session, pid: int, seconds: float = 5) -> tuple[Blocker, ...]:
    """The blockers, once there are any."""
    deadline = time.monotonic() + seconds
    found: tuple[Blocker, ...] = ()
    while not found and time.monotonic() < deadline:
        time.sleep(0.2)
        found = session.run(lambda connection: blockers(connection, pid))
    return found


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(("holds", "waits"), [(READ, ALTER), (UPDATE, "UPDATE held SET v = 3")])
def test_the_blocker_is_named(database: Database, is_async: bool, holds: str, waits: str) -> None:
    with session(database, is_async=is_async) as watching:
        with blocked(database, holds, waits) as (holder, pid):
            [found] = seen(watching, pid)
            assert found.pid == pid_of(holder)
        assert watching.run(lambda connection: blockers(connection, pid)) == ()
    assert found.user == database.user
    assert found.address in ("127.0.0.1", "localhost")
    assert found.state == "idle in transaction"
    assert found.seconds is not None
    assert 0 <= found.seconds < 10
    assert str(found).startswith(f"pid {found.pid} ({found.user}@{found.address}, idle in")
    assert "canary" not in str(found)


def test_nobody_else_is_named(database: Database) -> None:
    with session(database) as watching, database._connection() as innocent:
        innocent.cursor().execute("SELECT * FROM other")
        with blocked(database, UPDATE, "UPDATE held SET v = 3") as (holder, pid):
            assert [found.pid for found in seen(watching, pid)] == [pid_of(holder)]
            innocents = watching.run(lambda connection: blockers(connection, pid_of(innocent)))
        assert innocents == ()


def test_postgresql_names_those_who_wait_before(postgresql: Database) -> None:
    prepared(postgresql)
    with session(postgresql) as watching, postgresql._connection() as reader:
        thread = threading.Thread(target=lambda: reader.cursor().execute(READ))
        with blocked(postgresql, READ, ALTER) as (_, first):
            seen(watching, first)
            thread.start()
            [found] = seen(watching, pid_of(reader))
        thread.join()
    assert found.pid == first
    assert found.state == "active"


def test_a_role_that_may_see_little(postgresql: Database) -> None:
    prepared(postgresql)
    role = f"r_{postgresql.name[-12:]}"
    postgresql.execute(f"CREATE ROLE {role} LOGIN")
    postgresql.execute(f"ALTER TABLE held OWNER TO {role}")
    restricted = dataclasses.replace(postgresql, user=role)
    try:
        with session(restricted) as watching, restricted._connection() as waiter:
            thread = threading.Thread(target=lambda: waiter.cursor().execute(ALTER))
            with postgresql._connection() as holder:
                holder.cursor().execute(READ)
                thread.start()
                [found] = seen(watching, pid_of(waiter))
                pid = pid_of(holder)
            thread.join()
        assert found == Blocker(pid, "", postgresql.user, "", "", None)
        assert str(found) == f"pid {pid} ({postgresql.user})"
    finally:
        postgresql.execute(f"DROP OWNED BY {role} CASCADE")
        postgresql.execute(f"DROP ROLE {role}")


def test_mariadb_names_nobody_to_a_role_without_process(mariadb: Database) -> None:
    prepared(mariadb)
    user = f"u_{mariadb.name[-12:]}"
    mariadb.execute(f"CREATE USER {user}@'%'")
    mariadb.execute(f"GRANT SELECT ON {mariadb.name}.* TO {user}@'%'")
    restricted = dataclasses.replace(mariadb, user=user)
    try:
        with session(restricted) as watching, blocked(mariadb, READ, ALTER) as (_, pid):
            assert seen(watching, pid, seconds=0.5) == ()
    finally:
        mariadb.execute(f"DROP USER {user}@'%'")


@pytest.mark.slow
def test_mariadb_with_instruments_names_nobody_else() -> None:
    server = standard.start_mariadb(
        "--performance-schema=ON",
        "--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON",
    )
    own = Database("mariadb", "own", server.host, server.port, server.user)
    dataclasses.replace(own, name="mysql").execute("CREATE DATABASE own")
    prepared(own)
    with session(own) as watching, own._connection() as innocent:
        innocent.cursor().execute("SELECT * FROM other")
        with blocked(own, READ, ALTER) as (holder, pid):
            assert [found.pid for found in seen(watching, pid)] == [pid_of(holder)]


def test_sqlite_has_no_names(sqlite: Database) -> None:
    with session(sqlite) as watching:
        assert watching.run(lambda connection: blockers(connection, 1)) == ()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is logged."""
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(log, "event", lambda name, _, **fields: lines.append({name: fields}))
    return lines


def test_a_watch_tells_after_a_second_and_of_a_change(
    database: Database, told: list[dict[str, Any]]
) -> None:
    with session(database) as watching, database._connection() as other:
        other.cursor().execute(READ)
        with (
            blocked(database, READ, ALTER) as (holder, pid),
            Watch(Writer(watching, lambda _: pid)) as it,
        ):
            pids = sorted([pid_of(holder), pid_of(other)])
            time.sleep(0.7)
            assert told == []
            assert [found.pid for found in it.last] == pids
            time.sleep(1.1)
            assert [line["migrate.blocked"]["level"] for line in told] == ["WARNING"]
            other.rollback()
            time.sleep(0.5)
            pids.remove(pid_of(other))
        assert [found.pid for found in it.last] == pids  # they block no more
    first, second = (line["migrate.blocked"] for line in told)
    assert 1000 <= first["duration_ms"] < second["duration_ms"]
    assert [len(line["blockers"]) for line in (first, second)] == [2, 1]
    assert second["blockers"][0].startswith(f"pid {pids[0]} (")


def test_a_watch_of_a_session_that_is_lost(database: Database, told: list[dict[str, Any]]) -> None:
    with session(database) as watching, Watch(Writer(watching, lambda _: 1 // 0)) as watch:
        time.sleep(0.5)
    assert (watch.last, told) == ((), [])


def test_a_statement_is_ended_where_a_signal_is_not_heard(database: Database) -> None:
    with session(database) as watching, database._connection() as holder:
        holder.cursor().execute(READ)
        with database._connection() as waiter:
            pid = pid_of(waiter)
            ended = pytest.raises(Exception, match=r"cancel|interrupted")
            with Watch(Writer(watching, lambda _: pid), lambda: True), ended:
                waiter.cursor().execute(ALTER)
