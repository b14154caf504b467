"""The catalog is read in any driver's session, in anybody's transaction, by a role that only reads."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading
from tests.integration.verify.catalog_postgresql.by_hand import differing, run
from tests.support.databases.fresh import Database

_STATE = "SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings"


@pytest.mark.parametrize("level", ["READ COMMITTED", "AUTOCOMMIT"])
def test_every_driver_reads_the_same(database: Database, baseline: Catalog, level: str):
    psycopg = create_engine(database.sync_url.replace("psycopg2", "psycopg"), isolation_level=level)
    with psycopg.connect() as connection:
        assert reading.read(connection, ("other",)).digest == baseline.digest

    async def read() -> Catalog:
        engine = create_async_engine(database.async_url, isolation_level=level)
        async with engine.connect() as connection:
            found = await connection.run_sync(reading.read, ("other",))
        await engine.dispose()
        return found

    assert asyncio.run(read()).digest == baseline.digest


@pytest.mark.parametrize("level", ["READ COMMITTED", "SERIALIZABLE", "AUTOCOMMIT"])
def test_the_session_is_as_before(database: Database, baseline: Catalog, level: str):
    engine = create_engine(database.sync_url, isolation_level=level)
    with engine.connect() as connection:
        connection.execute(text("SET search_path = other, public"))
        connection.execute(text("SET DateStyle = 'German'"))
        before = connection.execute(text(_STATE)).scalar()
        for _ in range(2):
            found = reading.read(connection, ("public",))
        assert connection.execute(text(_STATE)).scalar() == before
    names = {item.name for item in found.objects if item.kind == "table"}
    assert {"items", "public.users"} <= names
    assert len(found.objects) == len(baseline.objects)


def test_a_local_setting_ends_with_its_transaction(database: Database):
    engine = create_engine(database.sync_url)
    with engine.connect() as connection:
        with connection.begin():
            connection.execute(text("SET LOCAL search_path = other"))
            reading.read(connection, ())
            assert connection.execute(text("SHOW search_path")).scalar() == "other"
        assert connection.execute(text("SHOW search_path")).scalar() == '"$user", public'


def test_a_handful_of_queries_whatever_there_is(connection: Connection):
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    reading.read(connection, ("other",))
    assert len(statements) < 30


def test_no_lock_blocks_a_writer(database: Database, connection: Connection):
    reading.read(connection, ("other",))
    rows = connection.execute(
        text(
            "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
        )
    )
    assert set(rows.scalars()) <= {"AccessShareLock"}
    assert connection.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar() is None


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_role_that_may_nothing_reads_all(
    connection: Connection, baseline: Catalog, is_undone: bool
):
    run(connection, "CREATE ROLE catalog_reader; SET LOCAL ROLE catalog_reader")
    found = reading.read(connection, ("other",), is_undone=is_undone)
    assert found.unseen == ()
    assert differing(baseline, found) == {}


@pytest.mark.parametrize("is_undone", [False, True])
def test_what_is_revoked_is_said(connection: Connection, baseline: Catalog, is_undone: bool):
    run(connection, "CREATE ROLE catalog_reader; REVOKE SELECT ON pg_proc FROM PUBLIC")
    run(connection, "SET LOCAL ROLE catalog_reader")
    found = reading.read(connection, ("other",), is_undone=is_undone)
    assert found.unseen == ("the bodies of functions", "aggregates", "grants")
    kinds = {name.split()[0] for name in differing(baseline, found)}
    assert kinds == {"function", "procedure", "aggregate", "grant"}


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_database_without_a_default_schema(connection: Connection, is_undone: bool):
    run(connection, "SET LOCAL search_path = nowhere")
    of_the_database = {"extension", "grant", "publication"}
    empty = reading.read(connection, (), is_undone=is_undone)
    assert {item.kind for item in empty.objects} <= of_the_database
    found = reading.read(connection, ("other",), is_undone=is_undone)
    assert "other.items" in {item.name for item in found.objects}


@pytest.fixture
def tablespace(database: Database) -> Iterator[str]:
    """A place that is no folder of its own, which servers have since 15."""
    name = f"place_{uuid.uuid4().hex[:12]}"
    with database.session() as cursor:
        if cursor.connection.server_version < 150000:
            pytest.skip("this server has no tablespaces in place")
        cursor.connection.autocommit = True
        cursor.execute("SET allow_in_place_tablespaces = on")
        cursor.execute(f"CREATE TABLESPACE {name} LOCATION ''")
        yield name
        cursor.execute(f"DROP TABLESPACE {name}")


def test_what_few_relations_have(tablespace: str, connection: Connection):
    run(connection, "CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler")
    run(
        connection,
        f"CREATE TABLE rare (i integer, j integer) USING heap_again TABLESPACE {tablespace}",
    )
    run(connection, f"ALTER TABLE rare ADD PRIMARY KEY (i) USING INDEX TABLESPACE {tablespace}")
    run(connection, f"CREATE INDEX by_j ON rare USING hash (j) TABLESPACE {tablespace}")
    run(
        connection,
        "CREATE TABLE usual (i integer PRIMARY KEY, j integer); CREATE INDEX k ON usual (j)",
    )
    found = reading.read(connection, ()).by_key
    assert found["table", "rare"].parts == {
        "access method": "heap_again",
        "tablespace": tablespace,
    }
    assert found["primary key", "rare.rare_pkey"].parts["tablespace"] == tablespace
    assert found["index", "rare.by_j"].parts["tablespace"] == tablespace
    assert found["index", "rare.by_j"].parts["method"] == "hash"
    assert found["table", "usual"].parts == {}
    assert found["index", "usual.k"].parts == {"columns": "j"}


def test_a_catalog_reads_back(baseline: Catalog):
    assert Catalog.from_json(baseline.to_json()).digest == baseline.digest


_MODELS = """
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s 100%');
    CREATE DOMAIN email AS citext CONSTRAINT has_at CHECK (VALUE ~ '@')
        CONSTRAINT short CHECK (length(VALUE) < 100);
    CREATE SEQUENCE spare;
    CREATE TABLE people (
        id serial PRIMARY KEY,
        mail email UNIQUE,
        mood mood DEFAULT 'ok',
        boss integer REFERENCES people (id),
        number bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2),
        "per%cent" text DEFAULT '50%' CHECK ("per%cent" <> '%'),
        level other.level
    );
    CREATE UNIQUE INDEX people_mood ON people (mood DESC, lower("per%cent")) WHERE boss > 1;
    COMMENT ON TABLE people IS 'all of them';
"""


def test_temporary_tables_are_named_as_if_they_stayed(connection: Connection):
    """So that what models make compares with the live database as text."""
    run(connection, "CREATE TABLE kept (id integer); CREATE TEMPORARY TABLE other_one (id integer)")
    run(connection, "DROP TABLE users CASCADE; DROP DOMAIN email; DROP TYPE mood CASCADE")
    run(connection, "DROP SEQUENCE spare; SET LOCAL search_path = public")
    run(connection, _MODELS)
    live = reading.read(connection, ())
    run(connection, "SET LOCAL search_path = pg_temp, public")
    run(connection, _MODELS)
    made = reading.read_tables(connection, ["people"])
    assert reading.read(connection, ()).digest == live.digest  # as if there were no temporary ones
    undone = reading.read_tables(connection, ["people"], is_undone=True)
    assert undone.digest == made.digest
    expected = {item.key: item for item in made.objects}
    names = {name for _, name in expected}
    assert {"people", "people.mood", "people.people_mood", "mood", "email", "spare"} <= names
    assert "other_one" not in names
    for key, item in expected.items():
        assert live.by_key[key].parts == item.parts
    assert {o.key for o in live.objects if o.table == "people" and o.kind != "grant"} <= set(
        expected
    )
