"""The catalog of MariaDB finds every change by hand, nothing else, and says what undoes it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read
from tests.integration.verify.corpus.item import Item, described, items, statements
from tests.integration.verify.undoing import undoing
from tests.support.databases.fresh import Database, empty, fresh

BASELINE = statements("mariadb.sql")
CHANGES = items("mariadb_changes.sql")
NOTHING = items("mariadb_nothing.sql")
pytestmark = pytest.mark.slow


@contextmanager
def connected(database: Database) -> Iterator[Connection]:
    engine = create_engine(database.sync_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def run(connection: Connection, sql: tuple[str, ...] | list[str]) -> None:
    for statement in sql:
        connection.exec_driver_sql(statement.replace("%", "%%"))


class Schema:
    """The baseline, made anew where a test has not left it as it was."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.expected: Catalog | None = None

    @contextmanager
    def connection(self) -> Iterator[tuple[Connection, Catalog]]:
        if self.expected is None:
            empty(self._database)
        with connected(self._database) as connection:
            if self.expected is None:
                run(connection, BASELINE)
            expected, self.expected = self.expected or read(connection), None
            yield connection, expected
            if read(connection).to_json() == expected.to_json():
                self.expected = expected


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schema]:
    with fresh("mariadb", tmp_path_factory.mktemp("catalog")) as database:
        yield Schema(database)


@pytest.mark.parametrize("item", CHANGES, ids=lambda item: item.name)
def test_a_change_is_found_and_undone(schema: Schema, item: Item) -> None:
    with schema.connection() as (connection, expected):
        run(connection, item.statements)
        live = read(connection)
        assert described(expected, live) == item.changed
        run(connection, undoing("mysql", expected, live))
        assert described(expected, read(connection)) == {}


@pytest.mark.parametrize("item", NOTHING, ids=lambda item: item.name)
def test_what_changes_nothing(schema: Schema, item: Item) -> None:
    with schema.connection() as (connection, expected):
        run(connection, item.statements)
        assert described(expected, read(connection)) == {}
