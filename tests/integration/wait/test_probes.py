"""Each probe's answer, from real servers and from ones that misbehave."""

import asyncio
import functools
import importlib.util
import os
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from bootctl.database.url import parse
from bootctl.errors import SettingsError
from bootctl.wait import schemes
from bootctl.wait.connection import ATTEMPT_SECONDS
from bootctl.wait.probe import NotReady, Refused
from bootctl.wait.probes import mysql
from bootctl.wait.running import run
from tests.support.databases.fresh import Database
from tests.support.processes.prompt import promptly
from tests.support.servers import standard
from tests.support.servers.ports import free_port

PASSWORD = "right"
LIBPQ = ("psycopg", "psycopg2")
POSTGRESQL = ("asyncpg", *LIBPQ, None)
MYSQL = ("pymysql", None)
EVERY = [("postgresql", driver) for driver in POSTGRESQL] + [("mysql", driver) for driver in MYSQL]
READY = ("ready", "")
every = pytest.mark.parametrize(("scheme", "driver"), EVERY)


@functools.cache
def guarded() -> standard.Server:
    """A PostgreSQL that asks for a password."""
    return standard.start_postgresql(auth="scram-sha-256", password=PASSWORD)


def created(url: str, driver: str | None) -> Any:
    if driver and not importlib.util.find_spec(driver):
        pytest.skip(f"{driver} is not installed")
    probe: Any = schemes.create(parse(url))
    if not url.startswith(("tcp", "sqlite")):
        probe._driver = driver
    return probe


def answer(url: str, driver: str | None = None, timeout: float = 1.0) -> tuple[str, str]:
    """``ready``, ``not ready``, ``refused`` or ``silent``, and the kind."""
    probe = created(url, driver)

    async def ask() -> None:
        async with asyncio.timeout(timeout):
            await probe.check()

    try:
        run(ask())
    except NotReady as answered:
        no = answered
    except TimeoutError:
        return "silent", ""
    else:
        return READY
    assert str(no)
    return "refused" if isinstance(no, Refused) else "not ready", no.kind


@contextmanager
def fake_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on a free port that calls ``serve`` with each connection, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def error_response(state: str, message: str) -> Callable[[socket.socket], None]:
    """PostgreSQL's answer to a start-up packet; an SSLRequest before it is declined."""
    fields = f"SFATAL\0VFATAL\0C{state}\0M{message}\0\0".encode()

    def serve(connection: socket.socket) -> None:
        if connection.recv(1024)[4:8] == struct.pack("!i", 80877103):
            connection.sendall(b"N")
            connection.recv(1024)
        connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

    return serve


def mysql_error(number: int) -> Callable[[socket.socket], None]:
    body = b"\xff" + struct.pack("<H", number) + b"no"
    packet = struct.pack("<I", len(body))[:3] + b"\0" + body
    return lambda connection: connection.sendall(packet)


def address(database: Database) -> str:
    scheme = "mysql" if database.kind == "mariadb" else database.kind
    return f"{scheme}://{database.user}@{database.host}:{database.port}/{database.name}"


# Ready.


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_postgresql_is_ready(postgresql: Database, driver: str | None) -> None:
    assert answer(address(postgresql), driver, 3) == READY


@pytest.mark.parametrize("driver", MYSQL)
def test_mariadb_is_ready(mariadb: Database, driver: str | None) -> None:
    assert answer(address(mariadb), driver, 3) == READY


def test_a_tcp_port_is_ready(postgresql: Database) -> None:
    assert answer(f"tcp://{postgresql.host}:{postgresql.port}") == READY


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_the_right_password_is_ready(driver: str | None) -> None:
    server = guarded()
    url = f"postgresql://bootctl:{PASSWORD}@{server.host}:{server.port}/postgres"
    assert answer(url, driver, 3) == READY


@every
def test_the_depth_says_how_far_the_probe_looks(scheme: str, driver: str | None) -> None:
    assert schemes.create(parse("tcp://db:1")).depth == "connection"
    assert schemes.create(parse("sqlite:///x.db")).depth == "query"
    probe = schemes.create(parse(f"{scheme}://db/app"))
    assert probe.depth == "query"


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_without_a_driver_the_depth_is_the_handshake(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert schemes.create(parse(f"{scheme}://db/app")).depth == "handshake"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://app:canary@db/app?password=canary",
        "postgres://app:canary@db/app",
        "mysql+aiomysql://app:canary@db/app",
        "mariadb://app:canary@db/app",
        "sqlite+aiosqlite:///x.db?password=canary",
        "tcp://app:canary@queue:5672",
    ],
)
def test_the_target_shows_no_secret(url: str) -> None:
    assert "canary" not in schemes.create(parse(url)).target


# Not ready.


@every
def test_a_closed_port_is_not_ready(scheme: str, driver: str | None) -> None:
    url = f"{scheme}://app:secret@127.0.0.1:{free_port()}/app"
    assert answer(url, driver, 3) == ("not ready", "refused connection")


def test_a_closed_tcp_port_is_not_ready() -> None:
    url = f"tcp://127.0.0.1:{free_port()}"
    assert answer(url) == ("not ready", "refused connection")


@every
def test_a_silent_port_is_given_up_at_the_end_of_the_attempt(
    scheme: str, driver: str | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, promptly(ATTEMPT_SECONDS):
        url = f"{scheme}://app@127.0.0.1:{listener.getsockname()[1]}/app"
        assert answer(url, driver, 0.5) == ("silent", "")


def test_a_silent_port_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "ATTEMPT_SECONDS", 1)
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"mysql://app@127.0.0.1:{listener.getsockname()[1]}/app"
        assert answer(url, "pymysql", 0.2) == ("silent", "")
        deadline = time.monotonic() + 2
        while threading.active_count() > before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert threading.active_count() == before


@every
def test_a_host_that_does_not_resolve_is_not_ready(scheme: str, driver: str | None) -> None:
    outcome, _ = answer(f"{scheme}://app@no-such-host.invalid:1/app", driver, 10)
    assert outcome == "not ready"


def test_a_tcp_host_that_does_not_resolve_is_named() -> None:
    assert answer("tcp://no-such-host.invalid:1", timeout=10) == ("not ready", "dns")


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_a_port_that_speaks_mysql_is_no_postgresql(mariadb: Database, driver: str | None) -> None:
    outcome, _ = answer(f"postgresql://app@{mariadb.host}:{mariadb.port}/app", driver)
    assert outcome in ("not ready", "silent")


@pytest.mark.parametrize("driver", MYSQL)
def test_a_port_that_speaks_postgresql_is_no_mysql(
    postgresql: Database, driver: str | None
) -> None:
    outcome, _ = answer(f"mysql://app@{postgresql.host}:{postgresql.port}/app", driver, 0.3)
    assert outcome in ("not ready", "silent")


@every
@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR unknown command\r\n", b"\xff" * 64]
)
def test_a_port_of_another_protocol_is_not_ready(
    scheme: str, driver: str | None, said: bytes
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.settimeout(0.1)
        with suppress(OSError):
            connection.recv(1024)
        connection.sendall(said)

    with fake_server(serve) as port:
        outcome, _ = answer(f"{scheme}://app@127.0.0.1:{port}/app", driver, 3)
    assert outcome == "not ready"


@pytest.mark.parametrize("driver", POSTGRESQL)
@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("57P03", ("not ready", "starting")),
        ("53300", ("not ready", "too many connections")),
        ("57P01", ("not ready", "connection lost")),
        ("28P01", ("refused", "credentials")),
        ("28000", ("refused", "credentials")),
        ("3D000", ("refused", "unknown database")),
    ],
)
def test_the_code_in_postgresql_s_answer_decides(
    driver: str | None, state: str, outcome: tuple[str, str]
) -> None:
    with fake_server(error_response(state, "anything at all")) as port:
        assert answer(f"postgresql://app@127.0.0.1:{port}/app", driver, 3) == outcome


@pytest.mark.parametrize("driver", MYSQL)
@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (1040, ("not ready", "too many connections")),
        (1130, ("refused", "host not allowed")),
        (1053, ("not ready", "starting")),
    ],
)
def test_the_number_in_mysql_s_greeting_decides(
    driver: str | None, number: int, outcome: tuple[str, str]
) -> None:
    with fake_server(mysql_error(number)) as port:
        assert answer(f"mysql://app@127.0.0.1:{port}/app", driver, 3) == outcome


@pytest.mark.parametrize("driver", [name for name in POSTGRESQL if name])
def test_too_many_connections_of_a_role_heal(postgresql: Database, driver: str) -> None:
    role = f"{postgresql.name}_limited"
    postgresql.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    try:
        url = f"postgresql://{role}@{postgresql.host}:{postgresql.port}/{postgresql.name}"
        assert answer(url, driver, 3) == ("not ready", "too many connections")
    finally:
        postgresql.execute(f"DROP ROLE {role}")


# Refused.


@pytest.mark.parametrize("driver", [name for name in POSTGRESQL if name])
@pytest.mark.parametrize(
    ("userinfo", "database", "kind"),
    [
        ("bootctl:wrong", "postgres", "credentials"),
        ("bootctl", "postgres", "credentials"),
        ("nobody-there:x", "postgres", "credentials"),
        (f"bootctl:{PASSWORD}", "no-such-database", "unknown database"),
    ],
)
def test_postgresql_refuses(driver: str, userinfo: str, database: str, kind: str) -> None:
    server = guarded()
    url = f"postgresql://{userinfo}@{server.host}:{server.port}/{database}"
    outcome, found = answer(url, driver, 3)
    assert outcome == "refused"
    # libpq gives a text without a code for a login that failed.
    assert found == kind or (driver in LIBPQ and found == "refused")


def test_mariadb_refuses(mariadb: Database) -> None:
    user = f"u_{mariadb.name[-12:]}"
    mariadb.execute(f"CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'")
    at = f"{mariadb.host}:{mariadb.port}"
    try:
        wrong = answer(f"mysql://{user}:wrong@{at}/{mariadb.name}", "pymysql", 3)
        right = answer(f"mysql://{user}:{PASSWORD}@{at}/{mariadb.name}", "pymysql", 3)
        unknown = answer(f"mysql://{mariadb.user}@{at}/no_such_database", "pymysql", 3)
    finally:
        mariadb.execute(f"DROP USER {user}@'%'")
    assert wrong == ("refused", "credentials")
    assert right == ("refused", "permission")
    assert unknown == ("refused", "unknown database")


@functools.cache
def encrypting() -> standard.Server:
    """A PostgreSQL that accepts logins over TLS only, as managed ones do."""
    server = standard.start_postgresql()
    admin = Database("postgresql", "postgres", server.host, server.port, server.user)
    data = Path(admin.execute("SHOW data_directory")[0][0])
    key, certificate = data / "server.key", data / "server.crt"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=db"]
    subprocess.run(
        [*standard.unprivileged(), *request, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
        cwd="/",
    )
    key.chmod(0o600)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
    connection = psycopg2.connect(
        host=server.host, port=server.port, user=server.user, dbname="postgres"
    )
    connection.autocommit = True
    connection.cursor().execute("ALTER SYSTEM SET ssl = on")
    connection.cursor().execute("SELECT pg_reload_conf()")
    connection.close()
    url = f"postgresql://bootctl@{server.host}:{server.port}/postgres?sslmode=require"
    deadline = time.monotonic() + 10
    while answer(url, "asyncpg") != READY and time.monotonic() < deadline:
        time.sleep(0.05)
    return server


@pytest.mark.parametrize("driver", [name for name in POSTGRESQL if name])
def test_a_postgresql_that_wants_tls_is_ready(driver: str) -> None:
    server = encrypting()
    assert answer(f"postgresql://bootctl@{server.host}:{server.port}/postgres", driver, 3) == READY


@pytest.mark.parametrize("driver", [name for name in POSTGRESQL if name])
def test_a_postgresql_that_wants_tls_refuses_to_go_without(driver: str) -> None:
    server = encrypting()
    query = "sslmode=disable"
    url = f"postgresql://bootctl@{server.host}:{server.port}/postgres?{query}"
    assert answer(url, driver, 3) == ("refused", "credentials")


# SQLite.


def test_an_sqlite_file_that_is_not_there_yet_is_ready(tmp_path: Path) -> None:
    assert answer(f"sqlite:///{tmp_path}/new.db") == READY
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite://"])
def test_a_database_in_memory_is_ready(url: str) -> None:
    assert answer(url) == READY


@pytest.mark.parametrize("name", ["x.db", "with space?#%41é.db"])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_an_sqlite_file_is_read_and_left_as_it_is(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("CREATE TABLE x (id)")
    connection.close()
    before = path.read_bytes()
    quoted = name.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    assert answer(f"sqlite:///{tmp_path}/{quoted}") == READY
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_an_sqlite_path_is_relative_to_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer("sqlite:///x.db") == READY
    assert answer("sqlite:///data/x.db") == ("refused", "unknown database")
    (tmp_path / "data").mkdir()
    assert answer("sqlite:///data/x.db") == READY


def test_an_sqlite_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert answer(f"sqlite:///{tmp_path}/no/x.db") == ("refused", "unknown database")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("This is a text, and it is no database. " * 50)
    assert answer(f"sqlite:///{tmp_path}/x.db") == ("refused", "protocol")


def test_a_directory_is_no_database(tmp_path: Path) -> None:
    outcome, _ = answer(f"sqlite:///{tmp_path}")
    assert outcome == "refused"


def test_a_locked_sqlite_file_is_not_ready(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "x.db")
    holder.execute("CREATE TABLE x (id)")
    holder.execute("PRAGMA locking_mode = exclusive")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert answer(f"sqlite:///{tmp_path}/x.db", timeout=3) == ("not ready", "locked")
    finally:
        holder.close()


UNPRIVILEGED = """
import asyncio, sys
from bootctl.wait import schemes
from bootctl.wait.probe import NotReady, Refused
from bootctl.database.url import parse

try:
    asyncio.run(schemes.create(parse(sys.argv[1])).check())
    print("ready")
except Refused as no:
    print("refused", no.kind)
except NotReady as no:
    print("not ready", no.kind)
"""


@pytest.mark.parametrize(
    ("mode", "existing", "said"),
    [
        (0o555, None, "refused permission"),
        (0o555, 0o644, "ready"),
        (0o755, 0o000, "refused permission"),
        (0o000, None, "refused permission"),
        (0o000, 0o644, "refused permission"),
        (0o755, None, "ready"),
    ],
)
def test_an_sqlite_file_by_the_permissions_of_its_place(
    mode: int, existing: int | None, said: str
) -> None:
    place = standard.folder()
    directory = place / "data"
    directory.mkdir()
    path = directory / "x.db"
    if existing is not None:
        sqlite3.connect(path).execute("CREATE TABLE x (id)").connection.close()
        path.chmod(existing)
    if os.getuid() == 0:
        for item in (directory, *directory.iterdir()):
            os.chown(item, place.stat().st_uid, place.stat().st_gid)
    directory.chmod(mode)
    done = subprocess.run(
        [*standard.unprivileged(), sys.executable, "-c", UNPRIVILEGED, f"sqlite:///{path}"],
        capture_output=True,
        text=True,
        check=False,
    )
    directory.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == said


# What cannot be probed.


@pytest.mark.parametrize("url", ["tcp://queue", "tcp://:5672", "tcp:///queue"])
def test_a_tcp_target_needs_a_host_and_a_port(url: str) -> None:
    with pytest.raises(SettingsError, match="host and a port"):
        schemes.create(parse(url))


@pytest.mark.parametrize("url", ["gopher://app:canary@db", "oracle+cx://app:canary@db"])
def test_an_unknown_scheme_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=url.partition(":")[0].partition("+")[0]) as caught:
        schemes.create(parse(url))
    assert "tcp://HOST:PORT" in caught.value.hint
    assert "canary" not in f"{caught.value.message} {caught.value.fields}"


def test_a_port_in_the_query_that_is_no_number_is_a_settings_error() -> None:
    with pytest.raises(SettingsError):
        schemes.create(parse("postgresql://app@/app?host=/run/postgresql&port=canary"))
