"""One database with the schema of ``baseline.sql``; what a test changes there is rolled back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading
from tests.support.databases import fresh
from tests.support.databases.fresh import Database

BASELINE = (Path(__file__).parent / "baseline.sql").read_text()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with fresh.fresh("postgresql", tmp_path_factory.mktemp("catalog")) as made:
        made.execute(BASELINE)
        yield made


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A session in a transaction that is rolled back."""
    engine = create_engine(database.sync_url)
    with engine.connect() as connection:
        connection.begin()
        yield connection
        connection.connection.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def baseline(database: Database) -> Catalog:
    engine = create_engine(database.sync_url)
    with engine.connect() as connection:
        return reading.read(connection, ("other",))
