"""What real drivers raise, and what it is named."""

import asyncio
import dataclasses
import functools
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psycopg
import psycopg2
import pymysql
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.database.causes import chain, root_message
from bootctl.database.driver_errors import classify
from bootctl.database.failures import Failure
from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.servers import standard
from tests.support.servers.ports import free_port

PASSWORD = "right"
WRONG = "wrong-canary"


@functools.cache
def guarded() -> standard.Server:
    """A PostgreSQL that asks for a password, with a role that may read only, and a full one."""
    server = standard.start_postgresql(auth="scram-sha-256", password=PASSWORD)
    connection = psycopg2.connect(
        host=server.host, port=server.port, user="bootctl", password=PASSWORD, dbname="postgres"
    )
    connection.autocommit = True
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
        f"CREATE ROLE full_up LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0",
        f"CREATE ROLE read_only SUPERUSER LOGIN PASSWORD '{PASSWORD}'",
        "ALTER ROLE read_only SET default_transaction_read_only = on",
    ):
        connection.cursor().execute(statement)
    connection.close()
    return server


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database of MariaDB as a user who may only read it."""
    with fresh.fresh("mariadb", tmp_path_factory.mktemp("reader")) as database:
        user = f"u_{database.name[-12:]}"
        database.execute(f"CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'")
        database.execute(f"GRANT SELECT ON {database.name}.* TO {user}@'%'")
        yield dataclasses.replace(database, user=user)
        database.execute(f"DROP USER {user}@'%'")


def raised(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def by_asyncpg(host: str, port: int, user: str, password: str, database: str, sql: str) -> None:
    async def go() -> None:
        connection = await asyncpg.connect(
            host=host, port=port, user=user, password=password, database=database
        )
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(go())


def by_psycopg2(host: str, port: int, user: str, password: str, database: str, sql: str) -> None:
    connection = psycopg2.connect(
        host=host, port=port, user=user, password=password, dbname=database
    )
    try:
        connection.cursor().execute(sql)
    finally:
        connection.close()


def by_psycopg(host: str, port: int, user: str, password: str, database: str, sql: str) -> None:
    with psycopg.connect(
        host=host, port=port, user=user, password=password, dbname=database
    ) as connection:
        connection.execute(sql)  # type: ignore[call-overload]


def by_pymysql(host: str, port: int, user: str, password: str, database: str, sql: str) -> None:
    connection = pymysql.connect(
        host=host, port=port, user=user, password=password, database=database
    )
    try:
        connection.cursor().execute(sql)
    finally:
        connection.close()


def by_sqlalchemy(
    scheme: str, host: str, port: int, user: str, password: str, database: str, sql: str
) -> None:
    url = sa.URL.create(scheme, user, password, host, port, database)

    def run(connection: sa.Connection) -> None:
        connection.execute(sa.text(sql))

    async def go() -> None:
        async with create_async_engine(url, poolclass=sa.NullPool).connect() as connection:
            await connection.run_sync(run)

    if scheme.endswith(("asyncpg", "aiomysql")):
        asyncio.run(go())
    else:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            run(connection)


Connect = Callable[[str, int, str, str, str, str], None]
POSTGRESQL: dict[str, Connect] = {
    "asyncpg": by_asyncpg,
    "psycopg2": by_psycopg2,
    "psycopg": by_psycopg,
    "sqlalchemy+asyncpg": functools.partial(by_sqlalchemy, "postgresql+asyncpg"),
    "sqlalchemy+psycopg2": functools.partial(by_sqlalchemy, "postgresql+psycopg2"),
    "sqlalchemy+psycopg": functools.partial(by_sqlalchemy, "postgresql+psycopg"),
}
# libpq gives no code for a login that failed.
WITH_CODES = [name for name in POSTGRESQL if "psycopg" not in name]
LIBPQ = [name for name in POSTGRESQL if "psycopg" in name]
MYSQL: dict[str, Connect] = {
    "pymysql": by_pymysql,
    "sqlalchemy+pymysql": functools.partial(by_sqlalchemy, "mysql+pymysql"),
    "sqlalchemy+aiomysql": functools.partial(by_sqlalchemy, "mysql+aiomysql"),
}


def failure_of(connect: Connect, *where: object) -> Failure | None:
    return classify(raised(lambda: connect(*where)))  # type: ignore[arg-type]


def guarded_as(user: str) -> tuple[object, ...]:
    server = guarded()
    return server.host, server.port, user, PASSWORD, "postgres"


@pytest.mark.parametrize("driver", WITH_CODES)
@pytest.mark.parametrize(
    ("user", "password", "database", "kind"),
    [
        ("bootctl", WRONG, "postgres", "credentials"),
        ("nobody-there", PASSWORD, "postgres", "credentials"),
        ("bootctl", PASSWORD, "no-such-database", "unknown database"),
    ],
)
def test_postgresql_refuses_a_login(
    driver: str, user: str, password: str, database: str, kind: str
) -> None:
    server = guarded()
    error = raised(
        lambda: POSTGRESQL[driver](server.host, server.port, user, password, database, "SELECT 1")
    )
    assert classify(error) == Failure(kind, True)
    assert WRONG not in root_message(error)


@pytest.mark.parametrize("driver", LIBPQ)
@pytest.mark.parametrize(
    ("password", "database", "kind"),
    [(WRONG, "postgres", "credentials"), (PASSWORD, "no-such-database", "refused")],
)
def test_postgresql_refuses_a_login_in_words(
    driver: str, password: str, database: str, kind: str
) -> None:
    server = guarded()
    where = (server.host, server.port, "bootctl", password, database, "SELECT 1")
    assert failure_of(POSTGRESQL[driver], *where) == Failure(kind, True)


@pytest.mark.parametrize("driver", POSTGRESQL)
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", "connection lost"),
        ("EXECUTE nothing_prepared", "pooler"),
    ],
)
def test_a_session_of_postgresql_is_gone(driver: str, sql: str, kind: str) -> None:
    assert failure_of(POSTGRESQL[driver], *guarded_as("bootctl"), sql) == Failure(kind, False)


@pytest.mark.parametrize("driver", MYSQL)
def test_a_session_of_mysql_is_gone(driver: str) -> None:
    server = standard.server("mariadb")
    where = (server.host, server.port, server.user, "", "mysql", "KILL CONNECTION_ID()")
    assert failure_of(MYSQL[driver], *where) == Failure("connection lost", False)


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_a_closed_port_is_unreachable(driver: str) -> None:
    port = free_port()
    where = ("127.0.0.1", port, "app", "", "app", "SELECT 1")
    assert failure_of(POSTGRESQL[driver], *where) == Failure("refused connection", False)


@pytest.mark.parametrize("driver", MYSQL)
def test_a_closed_port_of_mysql_is_unreachable(driver: str) -> None:
    port = free_port()
    where = ("127.0.0.1", port, "app", "", "app", "SELECT 1")
    assert failure_of(MYSQL[driver], *where) == Failure("refused connection", False)


@pytest.mark.parametrize("driver", POSTGRESQL)
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("CREATE TABLE forbidden (id int)", "permission"),
        ("SELECT * FROM pg_authid", "permission"),
        ("SELECT * FROM no_such_table", None),
        ("SELECT 1/0", None),
        ("SELEC 1", None),
    ],
)
def test_postgresql_refuses_a_statement(driver: str, sql: str, kind: str | None) -> None:
    found = failure_of(POSTGRESQL[driver], *guarded_as("reader"), sql)
    assert found == (Failure(kind, True) if kind else None)


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_a_read_only_postgresql(driver: str) -> None:
    found = failure_of(POSTGRESQL[driver], *guarded_as("read_only"), "CREATE TABLE x (id int)")
    assert found == Failure("read-only", True)


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_too_many_connections_heal(driver: str) -> None:
    found = failure_of(POSTGRESQL[driver], *guarded_as("full_up"), "SELECT 1")
    assert found == Failure("too many connections", False)


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_a_postgresql_without_locks_left(driver: str) -> None:
    """On a server of its own: nobody else gets one meanwhile."""
    every_lock = "SELECT count(pg_advisory_lock(n)) FROM generate_series(1, 1000000) n"
    found = failure_of(POSTGRESQL[driver], *guarded_as("bootctl"), every_lock)
    assert found == Failure("resources", False)


@pytest.mark.parametrize("driver", LIBPQ)
def test_a_login_at_a_postgresql_without_locks_left(driver: str) -> None:
    text = 'connection to server at "127.0.0.1", port 5432 failed: FATAL:  out of shared memory'
    library = psycopg2 if "psycopg2" in driver else psycopg
    assert classify(library.OperationalError(text)) == Failure("resources", False)


@pytest.mark.parametrize("driver", MYSQL)
@pytest.mark.parametrize(
    ("password", "database", "sql", "kind"),
    [
        (WRONG, "{name}", "SELECT 1", "credentials"),
        (PASSWORD, "no_such_database", "SELECT 1", "permission"),
        (PASSWORD, "{name}", "CREATE TABLE forbidden (id int)", "permission"),
        (PASSWORD, "{name}", "SELECT * FROM readable", None),
    ],
)
def test_mariadb_refuses(
    reader: Database, driver: str, password: str, database: str, sql: str, kind: str | None
) -> None:
    where = (reader.host, reader.port, reader.user, password, database.format(name=reader.name))
    error = raised(lambda: MYSQL[driver](*where, sql))
    assert classify(error) == (Failure(kind, True) if kind else None)
    assert WRONG not in root_message(error)


GIVING_UP = (
    ("SET lock_timeout = 100; LOCK TABLE held", "lock timeout"),
    ("LOCK TABLE held NOWAIT", "lock timeout"),
    ("SET statement_timeout = 100; SELECT pg_sleep(5)", "canceled"),
    ("SELECT pg_cancel_backend(pg_backend_pid())", "canceled"),
)


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg"])
def test_postgresql_gives_up(postgresql: Database, driver: str) -> None:
    postgresql.execute("CREATE TABLE held (id int)")
    where = (postgresql.host, postgresql.port, postgresql.user, "", postgresql.name)
    with postgresql._connection() as holder:
        holder.cursor().execute("SELECT * FROM held")
        for sql, kind in GIVING_UP:
            script = sql if "LOCK" not in sql else f"BEGIN; {sql}"
            assert failure_of(POSTGRESQL[driver], *where, script) == Failure(kind, False), sql


@pytest.mark.parametrize("driver", MYSQL)
def test_mariadb_gives_up(mariadb: Database, driver: str) -> None:
    mariadb.execute("CREATE TABLE held (id int) ENGINE = InnoDB")
    where = (mariadb.host, mariadb.port, mariadb.user, "", mariadb.name)
    slow = "SET STATEMENT max_statement_time = 0.1 FOR SELECT SLEEP(5)"
    assert failure_of(MYSQL[driver], *where, slow) == Failure("statement timeout", False)
    with mariadb._connection() as holder:
        holder.cursor().execute("SELECT * FROM held")
        failure = failure_of(MYSQL[driver], *where, "ALTER TABLE held NOWAIT ADD COLUMN x int")
    assert failure == Failure("lock timeout", False)


@pytest.mark.parametrize("driver", MYSQL)
def test_an_unknown_database_of_mariadb(driver: str) -> None:
    server = standard.server("mariadb")
    where = (server.host, server.port, server.user, "", "no_such_database", "SELECT 1")
    assert failure_of(MYSQL[driver], *where) == Failure("unknown database", True)


SQLITE_CASES = [
    ("read-only.db", "CREATE TABLE y (id)", Failure("read-only", True)),
    ("missing/x.db", "SELECT 1 FROM x", Failure("cannot open the file", True)),
    ("closed/x.db", "CREATE TABLE y (id)", Failure("cannot open the file", True)),
    ("text.db", "SELECT * FROM x", Failure("not a database", True)),
    ("table.db", "SELECT * FROM y", None),
    ("table.db", "SELEC", None),
]

SQLITE = """
import sqlite3, sys
import sqlalchemy as sa
from bootctl.database.driver_errors import classify

by, *cases = sys.argv[1:]
for path, sql in zip(cases[::2], cases[1::2]):
    try:
        if by == "sqlite3":
            sqlite3.connect(path).execute(sql)
        else:
            with sa.create_engine(f"sqlite:///{path}").connect() as connection:
                connection.execute(sa.text(sql))
    except Exception as error:
        print(classify(error))
"""


@pytest.fixture(scope="module")
def sqlite_files() -> Path:
    """Files that the unprivileged user has each kind of trouble with."""
    place = standard.folder()
    place.chmod(0o755)
    for name in ("read-only.db", "table.db"):
        connection = sqlite3.connect(place / name)
        connection.execute("CREATE TABLE x (id)")
        connection.close()
    (place / "read-only.db").chmod(0o444)
    (place / "text.db").write_text("This is no database, but a text that is long enough. " * 40)
    (place / "text.db").chmod(0o644)
    (place / "closed").mkdir()
    (place / "closed").chmod(0o555)
    return place


@pytest.mark.parametrize("by", ["sqlite3", "sqlalchemy"])
def test_sqlite(sqlite_files: Path, by: str) -> None:
    cases = [word for name, sql, _ in SQLITE_CASES for word in (str(sqlite_files / name), sql)]
    done = subprocess.run(
        [*standard.unprivileged(), sys.executable, "-c", SQLITE, by, *cases],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(failure) for _, _, failure in SQLITE_CASES]


def test_a_locked_sqlite_file_heals(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as holder:
        holder.execute("CREATE TABLE x (id)")
        holder.execute("INSERT INTO x VALUES (1)")
        other = sqlite3.connect(path, timeout=0)
        error = raised(lambda: other.execute("INSERT INTO x VALUES (2)"))
        other.close()
    holder.close()
    assert classify(error) == Failure("locked", False)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), "refused connection"),
        (ConnectionResetError(), "connection lost"),
        (TimeoutError(), "refused connection"),
        (ValueError("password 28P01 1045"), None),
        (ValueError(1045), None),
        (KeyError(1049), None),
    ],
)
def test_errors_that_are_no_driver_s(error: Exception, kind: str | None) -> None:
    found = classify(error)
    assert (found.kind if found else None) == kind


def test_the_cause_behind_an_error_is_found() -> None:
    def connect() -> None:
        try:
            raise ConnectionRefusedError("down")
        except ConnectionRefusedError as error:
            raise RuntimeError("cannot connect") from error

    error = raised(connect)
    assert classify(error) == Failure("refused connection", False)
    assert [type(item) for item in chain(error)] == [RuntimeError, ConnectionRefusedError]


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert list(chain(first)) == [first, second]
    assert classify(first) is None


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_the_message_is_the_driver_s_own(driver: str) -> None:
    sql = "SELECT *\nFROM nowhere"
    error = raised(lambda: POSTGRESQL[driver](*guarded_as("reader"), sql))  # type: ignore[arg-type]
    message = root_message(error)
    assert 'relation "nowhere" does not exist' in message
    assert "sqlalche.me" not in message
    assert "class" not in message
    assert "\n" not in message
