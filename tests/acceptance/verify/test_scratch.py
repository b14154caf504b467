"""``check --scratch``: the migrations on an empty database, against the models; production untouched."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.databases.fresh import Database
from tests.support.paths import ROOT
from tests.support.processes.forked import bootctl, run
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change, Sql

pytestmark = pytest.mark.exhaustive


def checked(root: Path, *more: str, env: dict[str, str] | None = None) -> Result:
    return bootctl("check", "--scratch", "--format", "json", *more, cwd=root, env=env)


SCHEMA = json.loads((ROOT / "docs/schemas/check.schema.json").read_text())


def verdict(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def scratches(database: Database) -> set[str]:
    """The scratch databases that are left on the server."""
    if database.kind == "sqlite":
        return set()
    query = {
        "postgresql": "SELECT datname FROM pg_database",
        "mariadb": "SELECT schema_name FROM information_schema.schemata",
    }[database.kind]
    return {row[0] for row in database.execute(query) if row[0].startswith("bootctl_scratch_")}


def made(result: Result) -> set[str]:
    """The databases that were made, which others on the server do at the same time, too."""
    return {line["target"].rpartition("/")[2] for line in result.events("verify.scratch")}


def test_what_the_migrations_make_is_what_the_models_say(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    before = database.dump()
    result = checked(tmp_path)
    assert result.code == 0, result.stderr
    assert verdict(result)["clean"]
    assert database.dump() == before
    assert not made(result) & scratches(database)


def test_what_the_migrations_do_not_make_is_between_models_and_migrations(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    project.models("nickname")
    before = database.dump()
    result = checked(tmp_path)
    assert result.code == 20, result.stderr
    [found] = verdict(result)["differences"]
    assert (found["kind"], found["name"]) == ("missing column", "users.nickname")
    assert found["layers"] == ["models != migrations"]
    assert "migration" in result.verdict["hint"]
    assert database.dump() == before
    assert not made(result) & scratches(database)


def test_the_lock_file_says_what_the_migrations_make(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    assert checked(tmp_path, "--write").code == 0
    written = (tmp_path / "schema.lock").read_text()
    assert '"users.email"' in written
    assert kit.revision("a1").removeprefix("models.") in written
    assert checked(tmp_path, "--write").code == 0
    assert (tmp_path / "schema.lock").read_text() == written

    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    result = checked(tmp_path)
    assert result.code == 20, result.stderr
    found = {(item["kind"], item["name"]) for item in verdict(result)["differences"]}
    assert ("stale lock: unexpected column", "users.name") in found
    assert "only migrations make" not in " ".join(verdict(result)["not_compared"])
    assert all(item["place"].startswith("schema.lock:") for item in verdict(result)["differences"])
    assert "bootctl check --scratch --write" in result.verdict["hint"]
    assert checked(tmp_path, "--write").code == 0
    assert checked(tmp_path).code == 0


def test_a_broken_lock_file_is_named_and_written_anew(tmp_path: Path, sqlite: Database) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    broken = "{\n<<<<<<< HEAD\n"
    (tmp_path / "schema.lock").write_text(broken)
    result = checked(tmp_path)
    assert result.code == 3, result.stderr
    assert "schema.lock cannot be used: line 2" in result.verdict["message"]
    assert checked(tmp_path, "--write").code == 0
    assert checked(tmp_path).code == 0


def test_a_stale_lock_file_is_no_difference_of_the_models(tmp_path: Path, sqlite: Database) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    settings = {"BOOTCTL__VERIFY__LOCK_FILE": "locks/schema.json"}
    (tmp_path / "locks").mkdir()
    assert checked(tmp_path, "--write", env=settings).code == 0
    assert not (tmp_path / "schema.lock").exists()
    path = tmp_path / "locks/schema.json"
    path.write_text(path.read_text().replace("VARCHAR(100)", "VARCHAR(10)"))
    result = checked(tmp_path, env=settings)
    assert result.code == 20, result.stderr
    [found] = verdict(result)["differences"]
    assert (found["kind"], found["name"]) == ("stale lock: changed type", "users.email")


UPGRADE = {"alembic": ("upgrade", "head"), "aerich": ("upgrade",), "tortoise": ("migrate",)}


def test_of_a_lock_file_a_check_takes_the_schemas_that_it_looks_into(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    audit = [Sql("CREATE SCHEMA audit"), Sql("CREATE TABLE audit.log (i integer)")]
    view = Sql("CREATE VIEW emails AS SELECT email FROM users")
    project.migration("a2", "a1", *audit, view)
    result = checked(tmp_path, "--write")
    assert result.code == 0, result.stderr
    assert run(kit.name, *UPGRADE[kit.name], cwd=tmp_path).code == 0
    found = json.loads(bootctl("check", "--format", "json", cwd=tmp_path).stdout)
    assert found["clean"]
    assert "migrations, by schema.lock" in found["compared_with"]
    postgresql.execute("DROP VIEW emails")
    found = json.loads(bootctl("check", "--format", "json", cwd=tmp_path).stdout)
    [item] = found["differences"]
    assert (item["kind"], item["name"]) == ("missing view", "emails")
