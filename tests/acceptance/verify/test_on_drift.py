"""What a boot does on a database at head that differs: verify.on_drift."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change

pytestmark = pytest.mark.exhaustive

COMPATIBLE = {"BOOTCTL__VERIFY__ON_DRIFT": "compatible"}
WARN = {"BOOTCTL__VERIFY__ON_DRIFT": "warn"}

SCRATCH = "CREATE TABLE scratch (id INTEGER NOT NULL PRIMARY KEY)"
REQUIRED = "ALTER TABLE users ADD COLUMN level INTEGER NOT NULL"


def migrated(root: Path, database: Database, kit: Kit, *by_hand: str) -> None:
    """A project at head, on whose database somebody has executed statements."""
    kit.project(root, database)
    result = bootctl("migrate", cwd=root)
    assert result.code == 0, result.stderr
    for statement in by_hand:
        database.execute(statement)


def booted(root: Path, database: Database, env: Mapping[str, str]) -> Result:
    """A boot that starts the server, and leaves the database as it was."""
    before = database.dump()
    result = bootctl("run", "--", "echo", "served", cwd=root, env=env)
    assert result.code == 0, result.stderr
    assert result.stdout == "served\n"
    assert database.dump() == before
    assert not result.events("verify.clean")
    assert not result.events("verify.drift")
    assert all(line["level"] == "warning" for line in result.events("verify.tolerated"))
    return result


def refused(root: Path, database: Database, env: Mapping[str, str] = COMPATIBLE) -> Result:
    """A boot that drift stops, and that leaves the database as it was."""
    before = database.dump()
    result = bootctl("run", "--", "echo", "served", cwd=root, env=env)
    assert result.code == 20, result.stderr
    assert result.stdout == ""
    assert result.verdict["stage"] == "verify"
    assert not result.events("verify.tolerated")
    assert database.dump() == before
    return result


def test_what_the_code_works_with_is_tolerated_by_evidence(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    added = "ALTER TABLE users ADD COLUMN note VARCHAR(20)"
    migrated(tmp_path, database, kit, SCRATCH, added)
    refused(tmp_path, database, {})
    result = booted(tmp_path, database, COMPATIBLE)
    told = {line["object"]: line for line in result.events("verify.tolerated")}
    assert set(told) == {"scratch", "users.note"}
    assert told["scratch"]["why"] == "the models do not use it"
    assert "gets NULL" in told["users.note"]["why"]
    assert told["users.note"]["why"] in told["users.note"]["message"]
    assert result.events("migrate.done")

    assert bootctl("check", cwd=tmp_path, env=COMPATIBLE).code == 20


def test_what_is_not_shown_to_be_harmless_is_refused_by_name(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    migrated(tmp_path, database, kit, SCRATCH)
    project = kit.project(tmp_path, database)
    project.models("nickname")
    verdict = refused(tmp_path, database).verdict
    assert "missing column users.nickname (VARCHAR(20)): the models need it" in verdict["message"]
    assert "not shown to be harmless" in verdict["message"]
    assert [line.partition(" (")[0] for line in verdict["differences"]] == [
        "missing column users.nickname"
    ]
    assert verdict["hint"]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_column_that_every_row_must_have(
    tmp_path: Path, request: pytest.FixtureRequest, kit: Kit, kind: str
) -> None:
    database: Database = request.getfixturevalue(kind)
    migrated(tmp_path, database, kit, REQUIRED)
    assert "takes no NULL and has no default" in refused(tmp_path, database).verdict["message"]


def test_a_warning_is_all_where_that_is_asked_for(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    migrated(tmp_path, database, kit, SCRATCH)
    kit.project(tmp_path, database).models("nickname")
    found = booted(tmp_path, database, WARN).events("verify.tolerated")
    assert sorted(line["object"] for line in found) == ["scratch", "users.nickname"]
    assert all("not verified" in line["message"] for line in found)
    assert bootctl("check", cwd=tmp_path, env=WARN).code == 20


def test_what_is_accepted_is_not_tolerated_beside_it(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    migrated(tmp_path, sqlite, kit, SCRATCH)
    env = {**COMPATIBLE, "BOOTCTL__VERIFY__IGNORE": "table:scratch"}
    result = bootctl("run", "--", "true", cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    assert not result.events("verify.tolerated")
    [clean] = result.events("verify.clean")
    assert clean["accepted"] == ["unexpected table scratch"]
    assert "1 ignored" in clean["message"]


def test_drift_from_before_rolls_no_migration_back(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    migrated(tmp_path, database, kit, SCRATCH)
    project = kit.project(tmp_path, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    result = bootctl("migrate", cwd=tmp_path, env=COMPATIBLE)
    assert result.code == 0, result.stderr
    assert [line["revision"] for line in result.events("migrate.applied")] == [kit.revision("a2")]
    assert [line["object"] for line in result.events("verify.tolerated")] == ["scratch"]


@pytest.mark.parametrize("env", [COMPATIBLE, WARN], ids=["compatible", "warn"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_drift_that_a_migration_makes_is_handled_alike(
    tmp_path: Path, request: pytest.FixtureRequest, kit: Kit, kind: str, env: Mapping[str, str]
) -> None:
    database: Database = request.getfixturevalue(kind)
    project = kit.project(tmp_path, database)
    project.models("nickname")
    database.execute("SELECT 1")
    before = database.dump()
    result = bootctl("migrate", cwd=tmp_path, env=env)
    if env is WARN:
        assert result.code == 0, result.stderr
        assert [line["object"] for line in result.events("verify.tolerated")] == ["users.nickname"]
        return
    assert result.code == 20, result.stderr
    assert "users.nickname" in result.verdict["message"]
    assert "the database is as it was before" in result.verdict["message"]
    assert database.dump() == before


def test_evidence_is_strict_where_the_comparison_is_not(
    tmp_path: Path, postgresql: Database
) -> None:
    """Alembic compares no CHECK constraint of itself, and nothing says what the migrations had made."""
    ALEMBIC.project(tmp_path, postgresql)
    assert run("alembic", "upgrade", "head", cwd=tmp_path).code == 0
    postgresql.execute("ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 5)")
    assert bootctl("run", "--", "true", cwd=tmp_path, env=COMPATIBLE).code == 0
    postgresql.execute(SCRATCH)
    assert "users.short" in refused(tmp_path, postgresql).verdict["message"]
