"""``bootctl migrate`` on the smallest project, on every database."""

from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.process import bootctl
from tests.support.projects import ADD_NAME, ASYNC_ENV, SYNC_ENV, users_project

LOOKING = (
    ("status",),
    ("status", "--json"),
    ("detect",),
    ("wait",),
    ("check", "--live"),
    ("migrate", "--plan"),
    ("migrate", "--sql"),
)


@pytest.mark.parametrize("template", [SYNC_ENV, ASYNC_ENV], ids=["sync", "async"])
def test_migrates_once(tmp_path: Path, database: Database, template: str) -> None:
    url = database.sync_url if template is SYNC_ENV else database.async_url
    users_project(tmp_path, url, template)

    first = bootctl("migrate", cwd=tmp_path)
    assert first.code == 0, first.stderr
    assert [line["revision"] for line in first.events("migrate.applied")] == ["a1"]
    assert first.events("verify.clean")
    assert database.tables() == {"users", "alembic_version"}

    before = database.dump()
    second = bootctl("migrate", cwd=tmp_path)
    assert second.code == 0
    assert not second.events("migrate.applying")
    assert second.events("verify.clean")
    assert database.dump() == before


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_looking_leaves_an_empty_database_empty(
    tmp_path: Path, database: Database, command: tuple[str, ...]
) -> None:
    users_project(tmp_path, database.sync_url)
    before = database.dump()
    result = bootctl(*command, cwd=tmp_path)
    assert result.code in (0, 20), result.stderr
    assert database.dump() == before


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_looking_leaves_a_migrated_database_as_it_is(
    tmp_path: Path, database: Database, command: tuple[str, ...]
) -> None:
    project = users_project(tmp_path, database.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", ADD_NAME)
    before = database.dump()
    result = bootctl(*command, cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert database.dump() == before
