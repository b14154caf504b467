"""A row of the ledger takes one message on PostgreSQL, and is as tolerant as several are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bootctl.database.transactions import execute_script, transaction
from bootctl.ledger.ledger import Ledger
from bootctl.ledger.planned import Recording
from bootctl.ledger.table import Entry
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire

FIRST = Entry("alembic_version", "a1", (), "versions/a1.py", "c1", 1)
SECOND = replace(FIRST, revision="b2", parents=("a1",), file=r"it's\n 50%/b2.py", duration_ms=7)
ROWS = "SELECT revision, parents, file, duration_ms FROM bootctl_ledger ORDER BY revision"


@pytest.fixture(params=["psycopg2", "psycopg"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def engine(database: Database, driver: str) -> sa.Engine:
    url = sa.make_url(database.sync_url).set(drivername=f"postgresql+{driver}")
    return sa.create_engine(url, poolclass=sa.NullPool)


@pytest.mark.parametrize("conforming", ["on", "off"])
def test_it_is_written_in_one_message_in_place_of_another(
    postgresql: Database, driver: str, conforming: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with Wire(postgresql) as wire, engine(wire.database, driver).begin() as connection:
        connection.exec_driver_sql(f"SET standard_conforming_strings = {conforming}")
        ledger.record(connection, FIRST)
        ledger.record(connection, SECOND)
        wire.begin()
        ledger.record(connection, replace(SECOND, duration_ms=8))
        assert len(wire.statements) == 1
    assert postgresql.execute(ROWS) == [
        ("a1", "[]", "versions/a1.py", 1),
        ("b2", '["a1"]', r"it's\n 50%/b2.py", 8),
    ]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("DROP TABLE bootctl_ledger", ["b2"]),
        ("ALTER TABLE bootctl_ledger DROP COLUMN checksum", ["a1"]),
    ],
)
def test_what_fails_fails_alone(
    postgresql: Database, driver: str, statement: str, rows: list[str], tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with engine(postgresql, driver).begin() as connection:
        ledger.record(connection, FIRST)
        connection.exec_driver_sql(statement)
        ledger.record(connection, SECOND)
        connection.exec_driver_sql("CREATE TABLE made_afterwards (id int)")
    assert [
        row[0] for row in postgresql.execute(ROWS.replace(", parents, file, duration_ms", ""))
    ] == rows
    assert "made_afterwards" in postgresql.tables()


def test_what_has_no_place_in_a_text_fails_alone(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with engine(postgresql, driver).begin() as connection:
        ledger.record(connection, FIRST)
        for file in ("a\0b", "a\udc80b"):
            ledger.record(connection, replace(SECOND, file=file))
        connection.exec_driver_sql("CREATE TABLE made_afterwards (id int)")
    assert "made_afterwards" in postgresql.tables()


def begun(connection: sa.Connection, ledger: Ledger, *versions: str) -> str:
    """Record ``FIRST``, have a version table with ``versions``, and return the transaction."""
    ledger.record(connection, FIRST)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32))")
    for version in versions:
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")
    return transaction(connection) or ""


UPDATE = (
    "UPDATE alembic_version SET version_num={after} WHERE alembic_version.version_num = {before}"
)
VERSIONS = "SELECT version_num FROM alembic_version"


def test_it_is_written_with_what_records_its_revision(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with Wire(postgresql) as wire, engine(wire.database, driver).begin() as connection:
        recording = Recording(UPDATE, "a1", "b2", begun(connection, ledger, "a1"))
        wire.begin()
        assert ledger.record_with(connection, SECOND, recording)
        assert len(wire.statements) == 1
    assert postgresql.execute(VERSIONS) == [("b2",)]
    assert postgresql.execute(ROWS)[1:] == [("b2", '["a1"]', r"it's\n 50%/b2.py", 7)]


@pytest.mark.parametrize(
    ("versions", "more"),
    [
        (["a1"], ["COMMIT", "BEGIN"]),
        (["a1"], ["ALTER TABLE bootctl_ledger DROP COLUMN checksum"]),
        (["a1"], ["DROP TABLE bootctl_ledger"]),
        (["a2"], []),
        (["a1", "a1"], []),
    ],
    ids=["another transaction", "another ledger", "no ledger", "another version", "two versions"],
)
def test_neither_is_written_where_it_cannot_be_both(
    postgresql: Database, driver: str, versions: list[str], more: list[str], tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with engine(postgresql, driver).begin() as connection:
        recording = Recording(UPDATE, "a1", "b2", begun(connection, ledger, *versions))
        for statement in more:
            execute_script(connection, statement)
        assert not ledger.record_with(connection, SECOND, recording)
        connection.exec_driver_sql("CREATE TABLE made_afterwards (id int)")
    assert [row[0] for row in postgresql.execute(VERSIONS)] == versions
    assert "made_afterwards" in postgresql.tables()
    if "DROP TABLE bootctl_ledger" not in more:
        assert postgresql.execute("SELECT revision FROM bootctl_ledger") == [("a1",)]


THIRD = replace(SECOND, revision="c3", parents=("b2",))
PLANNED = "SELECT name FROM pg_prepared_statements WHERE starts_with(name, 'bootctl') ORDER BY name"


def planned(connection: sa.Connection) -> list[str]:
    """What the session has of bootctl's."""
    return [str(name) for name in connection.exec_driver_sql(PLANNED).scalars()]


@contextmanager
def second_recorded(
    database: Database, driver: str, ledger: Ledger
) -> Iterator[tuple[sa.Connection, Recording]]:
    """A transaction in which a step was recorded, and what records the next one."""
    with engine(database, driver).begin() as connection:
        at = begun(connection, ledger, "a1")
        assert ledger.record_with(connection, SECOND, Recording(UPDATE, "a1", "b2", at))
        yield connection, Recording(UPDATE, "b2", "c3", at)


def test_what_is_planned_once_is_executed_for_each_and_then_forgotten(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with (
        Wire(postgresql) as wire,
        second_recorded(wire.database, driver, ledger) as (connection, third),
    ):
        names = planned(connection)
        assert len(names) == 2
        wire.begin()
        assert ledger.record_with(connection, THIRD, third)
        [statement] = wire.statements
        assert "PREPARE" not in statement.text
        assert planned(connection) == names
        ledger.forget_planned(connection)
        assert planned(connection) == []
    assert postgresql.execute(VERSIONS) == [("c3",)]
    assert [row[0] for row in postgresql.execute(ROWS)] == ["a1", "b2", "c3"]


def test_what_a_migration_makes_the_session_forget_is_planned_again(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with second_recorded(postgresql, driver, ledger) as (connection, third):
        connection.exec_driver_sql("DEALLOCATE ALL")
        assert [ledger.record_with(connection, THIRD, third) for _ in range(2)] == [False, True]
    assert postgresql.execute(VERSIONS) == [("c3",)]


def test_a_table_in_place_of_another_is_written_to(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with second_recorded(postgresql, driver, ledger) as (connection, third):
        connection.exec_driver_sql("ALTER TABLE alembic_version RENAME TO before")
        connection.exec_driver_sql("CREATE TABLE alembic_version AS SELECT * FROM before")
        connection.exec_driver_sql("ALTER TABLE bootctl_ledger ADD COLUMN more text")
        assert ledger.record_with(connection, THIRD, third)
    assert postgresql.execute(VERSIONS) == [("c3",)]
    assert [row[0] for row in postgresql.execute(ROWS)] == ["a1", "b2", "c3"]


def test_tables_that_are_found_first_by_then_are_written_to(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    with second_recorded(postgresql, driver, ledger) as (connection, third):
        connection.exec_driver_sql("CREATE SCHEMA other")
        for table in ("alembic_version", "bootctl_ledger"):
            connection.exec_driver_sql(f"CREATE TABLE other.{table} (LIKE {table} INCLUDING ALL)")
        connection.exec_driver_sql("INSERT INTO other.alembic_version VALUES ('b2')")
        connection.exec_driver_sql("SET LOCAL search_path = other")
        assert ledger.record_with(connection, THIRD, third)
    assert postgresql.execute(VERSIONS) == [("b2",)]
    assert postgresql.execute("SELECT version_num FROM other.alembic_version") == [("c3",)]
    assert postgresql.execute("SELECT revision FROM other.bootctl_ledger") == [("c3",)]
