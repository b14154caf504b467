"""Each example boots, serves, and boots again; on SQLite by default."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.paths import EXAMPLES
from tests.support.servers.standard import booted

REVISIONS = {
    "alembic": ["0001", "0002"],
    "aerich": ["0_20261123141949_init.py", "1_20261123142014_done.py"],
    "tortoise": ["notes.0001_notes", "notes.0002_done"],
}
VERSION_TABLES = {
    "alembic": "alembic_version",
    "aerich": "aerich",
    "tortoise": "tortoise_migrations",
}


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the example of that name, without what running it left behind."""
    left_out = shutil.ignore_patterns("__pycache__", "*.db*")
    copy = shutil.copytree(EXAMPLES / request.param, tmp_path / request.param, ignore=left_out)
    return Path(copy)


def serves_notes(example: Path, variables: dict[str, str], database: Database) -> None:
    with booted(example, variables) as first:
        applied = [line["revision"] for line in first.events("migrate.applied")]
        assert applied == REVISIONS[example.name]
        assert first.is_the_server()
        assert first.request("/health") == (200, "ok")
        assert first.request("/notes") == (200, "[]")
        status, body = first.request("/notes", "buy milk")
        assert status == 200, body
        note = {"id": json.loads(body)["id"], "text": "buy milk", "done": False}
        assert json.loads(first.request("/notes")[1]) == [note]
    assert database.tables() == {"notes", VERSION_TABLES[example.name]}

    with booted(example, variables) as second:
        assert not second.events("migrate.applying")
        assert second.events("verify.clean") or second.events("verify.cached")
        assert second.request("/health") == (200, "ok")
        assert json.loads(second.request("/notes")[1]) == [note]


@pytest.mark.parametrize(
    "example",
    ["aerich", *(pytest.param(name, marks=pytest.mark.slow) for name in ("alembic", "tortoise"))],
    indirect=True,
)
def test_on_sqlite_by_default(example: Path) -> None:
    serves_notes(example, {}, Database("sqlite", str(example / "notes.db")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("example", "kind"),
    [
        ("alembic", "postgresql"),
        ("alembic", "mariadb"),
        ("aerich", "postgresql"),
        ("tortoise", "postgresql"),
        ("tortoise", "mariadb"),
    ],
    indirect=["example"],
)
def test_on_the_database_that_database_url_names(
    example: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue(kind)
    url = database.async_url if example.name == "alembic" else database.tortoise_url
    serves_notes(example, {"DATABASE_URL": url}, database)
