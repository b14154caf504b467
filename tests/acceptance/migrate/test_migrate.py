"""``bootctl migrate`` on the smallest project of every backend, on every database."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ASYNC_ALEMBIC, KITS, Kit
from tests.support.projects.steps import Change

LOOKING = (
    "status --json",
    "wait",
    "check --live",
    "migrate --plan",
    "migrate --sql",
)
# Those that differ from the others in nothing that a database sees.
LOOKING_ON_SQLITE = ("status", "detect")


@pytest.mark.parametrize("kit", [*KITS, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_migrates_once(tmp_path: Path, database: Database, kit: Kit) -> None:
    kit.project(tmp_path, database)

    first = bootctl("migrate", cwd=tmp_path)
    assert first.code == 0, first.stderr
    assert [line["revision"] for line in first.events("migrate.applied")] == [kit.revision("a1")]
    assert first.events("verify.clean")
    assert database.tables() == {"users", kit.ledger}

    before = database.dump()
    second = bootctl("migrate", cwd=tmp_path)
    assert second.code == 0
    assert not second.events("migrate.applying")
    assert second.events("verify.clean")
    assert database.dump() == before


def assert_looking_writes_nothing(root: Path, database: Database, *codes: int) -> None:
    """Every command that only looks leaves the database as it is, and ends with one of ``codes``."""
    more = LOOKING_ON_SQLITE if database.kind == "sqlite" else ()
    for command in (*LOOKING, *more):
        before = database.dump()
        result = bootctl(*command.split(), cwd=root)
        assert result.code in codes, (command, result.stderr)
        assert database.dump() == before, command


def test_looking_leaves_an_empty_database_empty(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    kit.project(tmp_path, database)
    assert_looking_writes_nothing(tmp_path, database, 0, 20)


def test_looking_leaves_a_migrated_database_as_it_is(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME)
    assert_looking_writes_nothing(tmp_path, database, 0)
