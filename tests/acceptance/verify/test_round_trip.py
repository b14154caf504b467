"""``check --scratch --round-trip``: each migration undone and applied again comes back to the same schema."""

from pathlib import Path

import pytest

from tests.acceptance.verify.test_scratch import verdict
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.downgrades import downgrade
from tests.support.projects.kits import Kit, Project
from tests.support.projects.steps import Change, Sql

pytestmark = pytest.mark.exhaustive

INDEX = Sql("CREATE INDEX ix_users_email ON users (email)", "DROP INDEX ix_users_email")
INDEX_ON_MARIADB = Sql(INDEX.text, "DROP INDEX ix_users_email ON users")


def round_trip(root: Path, database: Database) -> Result:
    before = database.dump()
    result = bootctl("check", "--scratch", "--round-trip", "--format", "json", cwd=root)
    assert database.dump() == before
    return result


def undone_by(path: Path, kit: Kit, *statements: str) -> None:
    """Give the migration in the file at ``path`` a downgrade."""
    with path.open("a") as file:
        file.write(downgrade(kit, statements))


def users_and_a_name(root: Path, kit: Kit, database: Database) -> Project:
    project = kit.project(root, database)
    project.models("name")
    undone_by(root / kit.file("a1"), kit, "DROP TABLE users")
    path = project.migration("a2", "a1", Change.ADD_NAME)
    undone_by(path, kit, "ALTER TABLE users DROP COLUMN name")
    return project


def test_each_migration_is_undone_and_applied_again(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    users_and_a_name(tmp_path, kit, database)
    result = round_trip(tmp_path, database)
    assert result.code == 0, result.stderr
    assert "downgrade" not in " ".join(verdict(result)["not_compared"])
    assert len(result.events("migrate.applying")) >= 4


def test_what_a_downgrade_takes_too_much_is_told_with_its_migration(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = users_and_a_name(tmp_path, kit, database)
    index = INDEX_ON_MARIADB if database.kind == "mariadb" else INDEX
    undone_by(project.migration("a3", "a2", index), kit, index.undo)
    drop_name = "ALTER TABLE users DROP COLUMN name"
    nothing = Sql("SELECT 1", index.undo)
    undone_by(project.migration("a4", "a3", nothing), kit, index.undo)
    result = round_trip(tmp_path, database)
    assert result.code == 20, result.stderr
    found = [item for item in verdict(result)["differences"] if "round trip" in item["kind"]]
    [item] = found
    assert (item["kind"], item["name"]) == ("round trip: missing index", "users.ix_users_email")
    assert kit.revision("a4") in item["detail"]
    assert "columns" in item["expected"]
    assert "email" in item["expected"]
    assert item["live"] == ""
    assert item["place"].startswith(kit.file("a4"))
    assert drop_name not in result.stdout


def test_an_upgrade_that_fails_after_the_downgrade_is_told_and_the_others_are_tried(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = users_and_a_name(tmp_path, kit, database)
    harmless = Sql("SELECT 1", "SELECT 1")
    index = INDEX_ON_MARIADB if database.kind == "mariadb" else INDEX
    left = Sql(index.text, "SELECT 1")
    undone_by(project.migration("a3", "a2", left), kit, left.undo)
    undone_by(project.migration("a4", "a3", harmless), kit, "DROP TABLE nowhere")
    result = round_trip(tmp_path, database)
    assert result.code == 20, result.stderr
    kinds = {item["name"]: item["kind"] for item in verdict(result)["differences"]}
    assert kinds[kit.revision("a3")] == "round trip: failed upgrade after downgrade"
    assert "downgrade()" in result.verdict["hint"]


def test_a_migration_without_a_downgrade_is_listed_and_no_failure(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    project.migration("a2", "a1", Sql("SELECT 1"))
    result = round_trip(tmp_path, database)
    assert result.code == 0, result.stderr
    [event] = [
        line
        for line in result.events("verify.irreversible")
        if line["revision"] == kit.revision("a2")
    ]
    assert event["file"] == kit.file("a2")
    told = " ".join(verdict(result)["not_compared"])
    assert kit.file("a2") in told
