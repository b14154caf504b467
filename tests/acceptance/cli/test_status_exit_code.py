"""What a job learns of a database by the code of a command alone."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import TORTOISE, Kit
from tests.support.projects.steps import Change, Sql

pytestmark = pytest.mark.exhaustive


def asked(root: Path, database: Database, *options: str) -> Result:
    """What ``status --exit-code`` answers, which changes nothing, and fails as ``status`` shows it."""
    before = database.dump()
    result = bootctl("status", "--exit-code", *options, cwd=root)
    plain = bootctl("status", *options, cwd=root)
    assert plain.code == 0, plain.stderr
    assert result.stdout == plain.stdout
    assert database.dump() == before
    return result


def test_pending_and_at_head(tmp_path: Path, database: Database, kit: Kit) -> None:
    database.execute("SELECT 1")
    project = kit.project(tmp_path, database)
    fresh = asked(tmp_path, database)
    assert fresh.code == 18
    assert fresh.verdict["stage"] == "inspect"
    assert fresh.verdict["direction"] == "fresh"
    assert fresh.verdict["pending"] == [kit.revision("a1")]
    assert "bootctl migrate" in fresh.verdict["hint"]

    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert asked(tmp_path, database).code == 0

    project.migration("a2", "a1", Change.ADD_NAME)
    behind = asked(tmp_path, database, "--json")
    assert behind.code == 18
    assert behind.verdict["direction"] == "behind"
    assert json.loads(behind.stdout)["pending"] == behind.verdict["pending"] == [kit.revision("a2")]


def test_drift_is_not_asked_for(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("CREATE TABLE scratch (id INTEGER PRIMARY KEY)")
    assert asked(tmp_path, sqlite).code == 0
    assert bootctl("check", cwd=tmp_path).code == 20


@pytest.mark.parametrize("on_ahead", ["fail", "compatible"])
def test_15_for_a_database_that_is_ahead(
    tmp_path: Path, sqlite: Database, kit: Kit, on_ahead: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    path = project.migration("a2", "a1", Sql("SELECT 1"))
    assert bootctl("migrate", cwd=tmp_path).code == 0
    path.unlink()
    result = asked(tmp_path, sqlite, "--set", f"migrate.on_ahead={on_ahead}")
    assert result.code == 15
    assert result.verdict["unknown"] == [kit.revision("a2")]


def test_16_for_an_edited_file(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, sqlite)
    path = project.migration("a2", "a1", Sql("SELECT 1"))
    assert bootctl("migrate", cwd=tmp_path).code == 0
    path.write_text(path.read_text().replace("SELECT 1", "SELECT 2"))
    assert asked(tmp_path, sqlite).code == 16


def test_17_for_a_dirty_database(tmp_path: Path, sqlite: Database) -> None:
    TORTOISE.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(f"DELETE FROM {TORTOISE.ledger}")
    assert asked(tmp_path, sqlite).code == 17


def test_a_check_tells_what_is_pending_from_drift(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    behind = bootctl("check", cwd=tmp_path)
    assert behind.code == 20
    assert behind.verdict["pending"] == [kit.revision("a2")]
    assert "the database is behind" in behind.verdict["message"]
    assert "schema drift" not in behind.verdict["message"]

    assert bootctl("migrate", cwd=tmp_path).code == 0
    database.execute("CREATE TABLE scratch (id INTEGER NOT NULL PRIMARY KEY)")
    drift = bootctl("check", cwd=tmp_path)
    assert drift.code == 20
    assert "pending" not in drift.verdict
    assert "schema drift" in drift.verdict["message"]
