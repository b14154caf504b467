"""``check --against``: what later migrations break of a released image, by the file that it has written."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Sql
from tests.support.scenarios.receipts import Booted
from tests.support.scenarios.rolling import BREAKING, additive, made, stated


def check(boot: Booted, *words: str) -> Result:
    env = {"DATABASE_URL": boot.url, "BOOTCTL__VERIFY__IGNORE": "*"}
    return bootctl("check", *words, cwd=boot.project.root, env=env)


def released(kit: Kit, database: Database, tmp_path: Path) -> Booted:
    """The first release, which has written what it needs."""
    boot = made(kit, database, tmp_path)
    stated(boot, "1.4.2")
    written = check(boot, "--write-needs", "../needs.json")
    assert written.code == 0, written.stderr
    assert written.events("verify.needs_written")
    stated(boot, "1.5.0")
    return boot


@pytest.mark.slow
def test_what_breaks_the_release_is_drift_and_what_adds_is_not(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = released(kit, database, tmp_path)
    boot.project.migration("a2", "a1", *map(Sql, additive(database.kind)))
    passed = check(boot, "--against", "../needs.json")
    assert passed.code == 0, passed.stdout
    breaking = BREAKING[database.kind]
    statements = [text for texts in breaking.values() for text in texts]
    boot.project.migration("a2", "a1", *map(Sql, statements))
    result = check(boot, "--against", "../needs.json", "--format", "json")
    assert result.code == 20, result.stderr
    found = json.loads(result.stdout)["differences"]
    assert {f"{item['kind']} {item['name']}" for item in found} == {
        f"breaks running: {broken}" for broken in breaking
    }
    assert database.tables() == set()


def test_the_file_and_the_statement_are_named(tmp_path: Path, sqlite: Database) -> None:
    boot = released(ALEMBIC, sqlite, tmp_path)
    boot.project.migration("a2", "a1", Sql("ALTER TABLE goods DROP COLUMN dropped"))
    result = check(boot, "--against", "../needs.json", "--format", "github")
    assert result.code == 20
    [line] = [line for line in result.stdout.splitlines() if line.startswith("::error")]
    assert "file=migrations/versions/a2.py" in line
    for said in (
        "breaks running: missing column goods.dropped",
        "by ALTER TABLE goods DROP COLUMN dropped",
    ):
        assert said in line
    assert "two steps" in result.verdict["hint"]


def test_another_file_is_refused(tmp_path: Path, sqlite: Database) -> None:
    boot = made(ALEMBIC, sqlite, tmp_path)
    (tmp_path / "needs.json").write_text("{}")
    result = check(boot, "--against", "../needs.json")
    assert result.code == 3
    assert "--write-needs" in result.verdict["hint"]
    assert check(boot, "--live", "--against", "../needs.json").code == 2
