"""One database for the tests of a module: each leaves it as it was."""

from collections.abc import Iterator

import pytest

from tests.support.databases.fresh import Database, fresh


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    with fresh("postgresql", tmp_path_factory.mktemp("same")) as made:
        yield made
