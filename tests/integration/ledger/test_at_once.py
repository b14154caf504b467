"""A row of the ledger takes one message on PostgreSQL, and is as tolerant as several are."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bootctl.ledger.ledger import Ledger
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
