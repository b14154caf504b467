"""What changes rows, statistics or a session, and no schema, changes nothing in the catalog."""

import subprocess

import pytest
from sqlalchemy import Connection, create_engine, text

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading
from tests.integration.verify.catalog_postgresql.by_hand import differing, run
from tests.integration.verify.catalog_postgresql.conftest import BASELINE
from tests.support.databases.fresh import Database

_STATEMENTS = (
    "INSERT INTO users (name, born) SELECT 'n' || i, '2000-01-01' FROM generate_series(1, 200) i",
    "DELETE FROM animals",
    "TRUNCATE measures",
    "SELECT nextval('ticket'), nextval('users_id_seq'), setval('spare', 700)",
    "ALTER TABLE orders ALTER id RESTART WITH 100",
    "ALTER SEQUENCE ticket RESTART",
    "ANALYZE",
    "REFRESH MATERIALIZED VIEW totals",
    "REFRESH MATERIALIZED VIEW totals WITH NO DATA",
    "REINDEX TABLE users",
    "CLUSTER users USING users_name",
    "CREATE TEMPORARY TABLE users (id serial PRIMARY KEY, x text)",
    "CREATE TEMPORARY TABLE scratch (id integer); CREATE INDEX ON scratch (id)",
    "CREATE TABLE elsewhere.users (id serial PRIMARY KEY)",
    "ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (born < '2010-01-01')",
    "DROP INDEX users_bio; CREATE INDEX users_bio ON users USING gin (bio gin_trgm_ops)",
    "CREATE OR REPLACE FUNCTION add(a text) RETURNS text LANGUAGE sql AS 'SELECT a'",
    "ALTER TABLE users ALTER tags TYPE text[]",
    "ALTER TABLE orders OWNER TO pg_monitor; ALTER TABLE orders OWNER TO CURRENT_USER",
    "GRANT DELETE ON orders TO pg_monitor; REVOKE DELETE ON orders FROM pg_monitor",
    "ALTER TABLE measures_2024 ADD CONSTRAINT y CHECK (value > 0); "
    "ALTER TABLE measures_2024 DROP CONSTRAINT y",
    "SET quote_all_identifiers = on",
    "SET search_path = other, public; SET search_path = public, other",
    "SET search_path = public",
    "SET DateStyle = 'German'; SET IntervalStyle = iso_8601; SET TimeZone = 'Asia/Tokyo'",
    "SET extra_float_digits = -3; SET bytea_output = 'escape'",
    "SET default_transaction_read_only = on; SET TRANSACTION READ ONLY",
)


@pytest.mark.parametrize("statement", _STATEMENTS)
def test_nothing_changes(statement: str, connection: Connection, baseline: Catalog):
    run(connection, "CREATE SCHEMA elsewhere")
    run(connection, statement)
    live = reading.read(connection, ("other",))
    assert differing(baseline, live) == {}
    assert live.digest == baseline.digest


def test_vacuum_changes_nothing(database: Database, baseline: Catalog):
    database.execute("VACUUM ANALYZE")
    engine = create_engine(database.sync_url)
    with engine.connect() as connection:
        assert reading.read(connection, ("other",)).digest == baseline.digest


def test_a_partition_that_was_a_table_of_its_own_is_as_any(
    connection: Connection, baseline: Catalog
):
    run(
        connection,
        """
        DROP TABLE measures_2024;
        CREATE TABLE measures_2024 (value integer CHECK (value > 0), at date, id integer NOT NULL,
            CONSTRAINT another PRIMARY KEY (id, at));
        CREATE INDEX some_index ON measures_2024 (value);
        ALTER TABLE measures_2024 RENAME CONSTRAINT measures_2024_value_check TO measures_value_check;
        ALTER TABLE measures ATTACH PARTITION measures_2024
            FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
        """,
    )
    found = differing(baseline, reading.read(connection, ("other",)))
    # The default privileges came after the table that is there no more.
    assert found == {"grant measures_2024 to pg_monitor": "+"}


def test_another_database_and_another_schema_are_alike(fresh_database, baseline: Catalog):
    """The names of the default schema are in no part."""
    moved: Database = fresh_database("postgresql")
    moved.execute(f'ALTER DATABASE {moved.name} SET search_path = "Own 100%", public')
    moved.execute('CREATE SCHEMA "Own 100%"')
    sql = BASELINE.replace("public.users", "users").replace("SCHEMA public", 'SCHEMA "Own 100%"')
    moved.execute(sql)
    engine = create_engine(moved.sync_url)
    with engine.connect() as connection:
        live = reading.read(connection, ("other",))
    there = {
        key: change
        for key, change in differing(baseline, live).items()
        if "default priv" not in key
    }
    assert there == {}


def test_a_dump_that_is_restored_is_alike(fresh_database, database: Database, baseline: Catalog):
    restored: Database = fresh_database("postgresql")
    options = ["-h", restored.host, "-p", str(restored.port), "-U", restored.user]
    subprocess.run(
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", *options, restored.name],
        input=database.dump(),
        text=True,
        check=True,
        capture_output=True,
    )
    engine = create_engine(restored.sync_url)
    with engine.connect() as connection:
        assert differing(baseline, reading.read(connection, ("other",))) == {}
        assert connection.execute(text("SHOW search_path")).scalar() == '"$user", public'
