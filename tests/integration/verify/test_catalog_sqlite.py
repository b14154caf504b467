"""The catalog of SQLite finds every change by hand, nothing else, and says what undoes it."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection, create_engine

from bootctl.verify.catalog.read import read
from tests.integration.verify.corpus.item import Item, described, items, statements
from tests.integration.verify.undoing import undoing

BASELINE = statements("sqlite.sql")
CHANGES = items("sqlite_changes.sql")
NOTHING = items("sqlite_nothing.sql")


@pytest.fixture
def connection() -> Iterator[Connection]:
    """The baseline, in memory."""
    engine = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        run(connection, BASELINE)
        yield connection
    engine.dispose()


def run(connection: Connection, sql: Sequence[str]) -> None:
    for statement in sql:
        connection.exec_driver_sql(statement)


def rows(connection: Connection) -> list[int]:
    tables = ("customers", "items", "orders", "pairs")
    counts = (connection.exec_driver_sql(f"SELECT count(*) FROM {table}") for table in tables)
    return [count.scalar_one() for count in counts]


@pytest.mark.parametrize("item", CHANGES, ids=lambda item: item.name)
def test_a_change_is_found_and_undone(connection: Connection, item: Item) -> None:
    expected = read(connection)
    run(connection, item.statements)
    live = read(connection)
    assert described(expected, live) == item.changed
    before = rows(connection) if "table" not in " ".join(item.changed) else []
    run(connection, undoing("sqlite", expected, live))
    assert described(expected, read(connection)) == {}
    assert before in ([], rows(connection))


@pytest.mark.parametrize("item", NOTHING, ids=lambda item: item.name)
def test_what_changes_nothing(connection: Connection, item: Item) -> None:
    expected = read(connection)
    run(connection, item.statements)
    assert described(expected, read(connection)) == {}
