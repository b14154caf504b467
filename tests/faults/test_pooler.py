"""A real pooler in front of PostgreSQL: in transaction mode it keeps no lock, and is named."""

import dataclasses
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.pgbouncer import busy, pooled
from tests.support.databases.trusting import own_database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit

pytestmark = pytest.mark.slow

PSYCOPG_ALEMBIC = dataclasses.replace(
    ALEMBIC,
    name="alembic-psycopg",
    url=lambda database: database.sync_url.replace("psycopg2", "psycopg"),
)
PREPARING = (ASYNC_ALEMBIC, AERICH, TORTOISE)
"""Their driver, asyncpg, prepares what it executes: by a name, in a session that it takes for its own."""
each = pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC, TORTOISE], ids=lambda kit: kit.name)
PUMPS = 32
"""Threads: one that accepts, and two for each connection."""
SERVED = ("run", "--", "sh", "-c", 'echo "$DATABASE_URL" "$BOOTCTL__DATABASE__MIGRATION_URL"')
ROUND_ROBIN, ONE_SESSION = "server_round_robin = 1", "default_pool_size = 1"
CASES = [
    *(pytest.param(kit, (), id=kit.name) for kit in (ALEMBIC, PSYCOPG_ALEMBIC, *PREPARING)),
    *(pytest.param(kit, (ROUND_ROBIN,), id=f"{kit.name}-turns") for kit in (ALEMBIC, AERICH)),
    *(pytest.param(kit, (ONE_SESSION,), id=f"{kit.name}-one") for kit in (ALEMBIC, TORTOISE)),
]


def direct(kit: Kit, database: Database) -> dict[str, str]:
    return {"BOOTCTL__DATABASE__MIGRATION_URL": kit.url(database)}


def locks(database: Database) -> list[tuple[Any, ...]]:
    return database.execute(
        "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        f"WHERE locktype = 'advisory' AND datname = '{database.name}'"
    )


def assert_named(result: Result, through: Database) -> None:
    verdict = result.verdict
    assert verdict["exit_code"] == 3, verdict
    assert verdict["setting"] == "database.migration_url"
    assert f"127.0.0.1:{through.port}/{through.name}" in verdict["target"]
    assert verdict["target"] in verdict["message"]
    assert "pooler in transaction mode" in verdict["message"]
    assert "BOOTCTL__DATABASE__MIGRATION_URL" in verdict["hint"]
    assert not result.events("migrate.applying")


@pytest.mark.parametrize(("kit", "options"), CASES)
def test_in_transaction_mode_it_is_named_and_gone_around(
    tmp_path: Path, postgresql: Database, kit: Kit, options: tuple[str, ...]
) -> None:
    with pooled(postgresql, "transaction", *options) as through:
        kit.project(tmp_path, through)
        assert_named(bootctl("migrate", cwd=tmp_path), through)
        with busy(through):
            for _ in range(2):
                assert_named(bootctl("migrate", cwd=tmp_path), through)
            assert postgresql.tables() == set()
            assert locks(postgresql) == []
            environment = {"DATABASE_URL": kit.url(through), **direct(kit, postgresql)}
            served = bootctl(*SERVED, cwd=tmp_path, env=environment)
    assert served.code == 0, served.stderr
    assert len(served.events("migrate.applied")) == 1
    assert served.stdout.split() == [kit.url(through)]
    assert locks(postgresql) == []


@each
def test_at_head_no_lock_is_needed(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with pooled(postgresql, "transaction") as through:
        kit.project(tmp_path, through)
        assert bootctl("migrate", cwd=tmp_path, env=direct(kit, postgresql)).code == 0
        before = postgresql.dump()
        assert bootctl("migrate", cwd=tmp_path).code == 0
        result = bootctl("migrate", cwd=tmp_path)  # in the same session of the server's
    if kit in PREPARING:
        assert_named(result, through)
    else:
        assert result.code == 0, result.stderr
    assert postgresql.dump() == before


@pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)
def test_a_driver_that_prepares_nothing(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with pooled(postgresql, "transaction") as through, busy(through):
        kit.project(tmp_path, f"{kit.url(through)}?statement_cache_size=0")
        assert_named(bootctl("migrate", cwd=tmp_path), through)
        assert bootctl("migrate", cwd=tmp_path, env=direct(kit, postgresql)).code == 0
        for _ in range(3):
            result = bootctl("migrate", cwd=tmp_path)
            assert result.code == 0, result.stderr


@each
def test_in_session_mode_it_keeps_a_lock(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with pooled(postgresql, "session") as through, busy(through):
        kit.project(tmp_path, through)
        assert_migrates_twice(tmp_path)
    assert locks(postgresql) == []


@each
def test_a_forwarder_is_no_pooler(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with forwarded(postgresql) as through:
        kit.project(tmp_path, through)
        assert_migrates_twice(tmp_path)


@each
def test_a_unix_socket_is_no_pooler(tmp_path: Path, kit: Kit) -> None:
    with own_database("postgresql") as own:
        url = kit.url(own.database).replace(f"127.0.0.1:{own.database.port}", "")
        kit.project(tmp_path, f"{url}?host={own.server.folder}&port={own.database.port}")
        assert_migrates_twice(tmp_path)


def assert_migrates_twice(root: Path) -> None:
    for applied in (1, 0):
        result = bootctl("migrate", cwd=root)
        assert result.code == 0, result.stderr
        assert len(result.events("migrate.applied")) == applied


@contextmanager
def forwarded(database: Database) -> Iterator[Database]:
    """``database`` through a port of its own, whose bytes are passed on as they are."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(PUMPS) as pumps:

        def accept() -> None:
            with suppress(OSError):  # it is closed
                while True:
                    client, _ = listener.accept()
                    server = socket.create_connection((database.host, database.port))
                    pumps.submit(pump, client, server)
                    pumps.submit(pump, server, client)

        pumps.submit(accept)
        yield dataclasses.replace(database, port=listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # the other end is closed
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
