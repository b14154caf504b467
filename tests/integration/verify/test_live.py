"""The live catalog is read where nothing can be written, whatever the transaction of who asks."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import asyncpg
import pytest
from sqlalchemy import Connection, create_engine, event, text

from bootctl.database.driver_connection import DriverConnection, in_turns
from bootctl.verify.catalog.postgresql import reading
from bootctl.verify.catalog.read import read
from bootctl.verify.live import live
from tests.support.databases.fresh import Database

IS_READ_ONLY = {
    "postgresql": "SHOW transaction_read_only",
    "sqlite": "PRAGMA query_only",
}


def states(connection: Connection, kind: str) -> set[str]:
    """Return what each query of a reading found the session to be.

    PostgreSQL's first says so for the others, and asks for nothing that is the project's.
    """
    found: list[str] = []

    def ask(_: Connection, cursor: Any, statement: str, *__: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            cursor.execute(IS_READ_ONLY[kind])
            found.append(str(cursor.fetchone()[0]))

    event.listen(connection, "before_cursor_execute", ask)
    assert live(connection, (), lambda _: True)
    event.remove(connection, "before_cursor_execute", ask)
    return {*(found[1:] if kind == "postgresql" else found)}


@pytest.mark.parametrize("level", ["", "AUTOCOMMIT"])
@pytest.mark.parametrize("kind", IS_READ_ONLY)
def test_nothing_can_be_written(
    postgresql: Database, sqlite: Database, kind: str, level: str
) -> None:
    database = postgresql if kind == "postgresql" else sqlite
    engine = create_engine(database.sync_url, **({"isolation_level": level} if level else {}))
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (i INTEGER)"))
        assert states(connection, kind) <= {"on", "1"}
        connection.execute(text("INSERT INTO t VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 1
    engine.dispose()


def test_an_autocommitting_connection_of_mariadb_can_write_afterwards(mariadb: Database) -> None:
    engine = create_engine(mariadb.sync_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (i INTEGER)"))
        assert live(connection, (), lambda _: True)
        connection.execute(text("INSERT INTO t VALUES (1)"))
    engine.dispose()
    assert mariadb.execute("SELECT count(*) FROM t") == [(1,)]


_STATE = "SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings"
_EVIL = """
    CREATE SCHEMA "a, ""b"; CREATE TABLE "a, ""b".t (i integer CHECK (i > 0));
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.name_is(name, name) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.is(name, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.is(oid, oid) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.div(integer, integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.both(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.quote_ident(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''called''; END';
    CREATE FUNCTION evil.json_array_elements_text(json) RETURNS SETOF text LANGUAGE plpgsql
        AS 'BEGIN RAISE ''called''; END';
    CREATE OPERATOR evil.= (FUNCTION = evil.name_is, LEFTARG = name, RIGHTARG = name);
    CREATE OPERATOR evil.= (FUNCTION = evil.is, LEFTARG = name, RIGHTARG = text);
    CREATE OPERATOR evil.= (FUNCTION = evil.is, LEFTARG = oid, RIGHTARG = oid);
    CREATE OPERATOR evil./ (FUNCTION = evil.div, LEFTARG = integer, RIGHTARG = integer);
    CREATE OPERATOR evil.|| (FUNCTION = evil.both, LEFTARG = text, RIGHTARG = text);
    CREATE DOMAIN evil.text AS integer; CREATE DOMAIN evil.json AS integer;
"""
_SET = """SET search_path = "a, ""b", evil, pg_catalog, public; SET DateStyle = 'German'"""


@contextmanager
def odd(database: Database, **options: str) -> Iterator[Connection]:
    """A session whose search path has other operators before the server's own."""
    database.execute(_EVIL)
    engine = create_engine(database.sync_url, **options)
    with engine.connect() as connection:
        connection.exec_driver_sql(_SET)
        yield connection
    engine.dispose()


def test_nothing_that_the_search_path_names_is_called(postgresql: Database) -> None:
    with odd(postgresql) as connection:
        found = live(connection, ("public",), lambda _: True)
        assert found is not None
        assert found.default == 'a, "b'
        assert {"t", "t.i"} <= {item.name for item in found.objects}
        connection.execute(text('SET LOCAL search_path = "a, ""b"'))
        assert read(connection, ("public",)).digest == found.digest


@pytest.mark.parametrize("level", ["READ COMMITTED", "SERIALIZABLE", "AUTOCOMMIT"])
def test_the_session_is_as_before(postgresql: Database, level: str) -> None:
    with odd(postgresql, isolation_level=level) as connection:
        connection.execute(text('SET search_path = "a, ""b", public'))
        before = connection.execute(text(_STATE)).scalar()
        assert live(connection, (), lambda _: True)
        assert connection.execute(text(_STATE)).scalar() == before
        connection.execute(text("INSERT INTO t VALUES (1)"))


@pytest.mark.parametrize("level", ["READ COMMITTED", "AUTOCOMMIT"])
def test_the_session_is_as_before_after_an_error(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    def fail(connection: Connection, *_: object) -> NoReturn:
        connection.execute(text("SELECT 1 / 0"))
        pytest.fail("it is no error")

    monkeypatch.setattr(reading, "answers", fail)
    with odd(postgresql, isolation_level=level) as connection:
        connection.execute(text('SET search_path = "a, ""b", public'))
        before = connection.execute(text(_STATE)).scalar()
        assert live(connection, (), lambda _: True) is None
        assert connection.execute(text(_STATE)).scalar() == before
        connection.execute(text("INSERT INTO t VALUES (1)"))


def test_the_session_of_a_driver_is_as_before(postgresql: Database) -> None:
    postgresql.execute(_EVIL)

    async def read_by_driver() -> None:
        raw = await asyncpg.connect(
            host=postgresql.host,
            port=postgresql.port,
            user=postgresql.user,
            database=postgresql.name,
        )
        await raw.execute('SET search_path = "a, ""b", public; BEGIN')
        before = await raw.fetchval(_STATE)
        found = await in_turns(live, DriverConnection(raw), (), lambda _: True)
        assert "t.i" in {item.name for item in found.objects}
        assert await raw.fetchval(_STATE) == before
        with pytest.raises(ZeroDivisionError):
            await in_turns(live, DriverConnection(raw), (), lambda _: 1 / 0)
        assert await raw.fetchval(_STATE) == before
        await raw.execute("INSERT INTO t VALUES (1)")
        await raw.close()

    asyncio.run(read_by_driver())
