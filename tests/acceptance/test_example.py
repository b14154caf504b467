"""The example boots, serves, and boots again; on SQLite by default."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.services import booted

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "alembic"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example, without what running it left behind."""
    left_out = shutil.ignore_patterns("__pycache__", "*.db")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example", ignore=left_out))


def serves_notes(example: Path, variables: dict[str, str], database: Database) -> None:
    with booted(example, variables) as first:
        assert [line["revision"] for line in first.events("migrate.applied")] == ["0001", "0002"]
        assert first.is_the_server()
        assert first.request("/health") == (200, "ok")
        assert first.request("/notes") == (200, "[]")
        status, body = first.request("/notes", "buy milk")
        assert status == 200, body
        note = {"id": json.loads(body)["id"], "text": "buy milk", "done": False}
        assert json.loads(first.request("/notes")[1]) == [note]
    assert database.tables() == {"notes", "alembic_version"}

    with booted(example, variables) as second:
        assert not second.events("migrate.applying")
        assert second.events("verify.clean")
        assert second.request("/health") == (200, "ok")
        assert json.loads(second.request("/notes")[1]) == [note]


def test_on_sqlite_by_default(example: Path) -> None:
    serves_notes(example, {}, Database("sqlite", str(example / "notes.db")))


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_on_the_database_that_database_url_names(
    example: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue(kind)
    serves_notes(example, {"DATABASE_URL": database.async_url}, database)
