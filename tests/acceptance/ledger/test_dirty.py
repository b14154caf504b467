"""What an interrupted migration leaves: the next boot ends with 17, and says what leads out."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import has_ledger, key, ledger, recorded
from tests.support.databases.roles import role
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change, Sql
from tests.support.scenarios.half_applied import (
    DOWN,
    FAILING,
    UP,
    boot,
    dirty,
    follow,
    migrated,
    stop_half_way,
    write,
)


def at_head(kit: Kit, root: Path, database: Database, *applied: str) -> None:
    """A boot ends well, applies these migrations and no other, and all of ``UP`` is there once."""
    result = boot(root)
    assert result.code == 0, result.stderr
    assert [line["revision"] for line in result.events("migrate.applied")] == [
        kit.revision(name) for name in applied
    ]
    assert recorded(database, kit)[-1] == key(kit, "a2")
    assert database.execute("SELECT id FROM t1") == [(1,)]
    assert database.execute("SELECT id, b FROM t2") == [(1, "a  b")]


@pytest.mark.parametrize("how", ["fails", "is killed"])
def test_half_way_forward(tmp_path: Path, mariadb: Database, kit: Kit, how: str) -> None:
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project, how)
    assert (
        "of its statements 3 ran, the last is `CREATE TABLE t2" in dirty(kit, tmp_path)["message"]
    )
    write(kit, project, UP, DOWN)
    follow(mariadb, dirty(kit, tmp_path)["forward"])
    at_head(kit, tmp_path, mariadb)


@pytest.mark.parametrize("how", ["fails", pytest.param("is killed", marks=pytest.mark.slow)])
def test_half_way_back(tmp_path: Path, mariadb: Database, kit: Kit, how: str) -> None:
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project, how)
    write(kit, project, UP, DOWN)
    follow(mariadb, dirty(kit, tmp_path)["back"])
    assert mariadb.tables() == {"users", kit.ledger}
    at_head(kit, tmp_path, mariadb, "a2")
    assert [row["revision"] for row in ledger(mariadb)] == [key(kit, name) for name in ("a1", "a2")]


def test_the_first_statement(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, mariadb)
    write(kit, project, FAILING[3:])
    assert [boot(tmp_path).code, boot(tmp_path).code] == [14, 14]
    write(kit, project, UP, DOWN)
    at_head(kit, tmp_path, mariadb, "a2")


def test_what_is_altered_by_hand_after_the_failure(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = migrated(kit, tmp_path, mariadb)
    write(kit, project, FAILING[3:])
    assert boot(tmp_path).code == 14
    mariadb.execute("CREATE TABLE by_hand (id INT)")
    stop_half_way(kit, project)
    mariadb.execute("DROP TABLE by_hand")
    assert (
        "of its statements 3 ran, the last is `CREATE TABLE t2" in dirty(kit, tmp_path)["message"]
    )


def test_the_first_migration(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, mariadb)
    project.migration("a1", None, Change.CREATE_USERS, Sql(FAILING[3]))
    assert boot(tmp_path).code == 14
    project.migration("a1", None, Change.CREATE_USERS, Sql(UP[0]))
    refused = boot(tmp_path)
    assert refused.code == 17, refused.stderr
    follow(mariadb, refused.verdict["forward"])
    result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert not result.events("migrate.applied")
    assert mariadb.tables() == {"users", "t1", kit.ledger}


def test_a_file_that_was_edited_since(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project)
    write(kit, project, [UP[0], "ALTER TABLE t1 ADD c INT", *UP[1:]])
    verdict = dirty(kit, tmp_path)
    assert "of its statements 3 ran" in verdict["message"]
    assert verdict["forward"] == verdict["back"] == []

    for statement in DOWN[2:]:
        mariadb.execute(statement)
    undone = boot(tmp_path, "resolve", "--back", kit.revision("a2"), "--yes")
    assert f"`bootctl resolve --back {kit.revision('a2')}` forgets it" in verdict["hint"]
    assert undone.code == 0, undone.stderr
    result = boot(tmp_path)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize("down", [(), DOWN[2:]], ids=["missing", "no mirror"])
def test_no_way_back(tmp_path: Path, mariadb: Database, kit: Kit, down: tuple[str, ...]) -> None:
    if down and kit.name == "tortoise":
        down = ()  # its operations are reversed one by one
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project)
    write(kit, project, UP, down)
    verdict = dirty(kit, tmp_path)
    assert verdict["back"] == []
    assert verdict["forward"]


def test_looking_says_so_and_writes_nothing(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project)
    write(kit, project, UP, DOWN)
    before = mariadb.dump()
    verdict = dirty(kit, tmp_path)

    status = boot(tmp_path, "status", "--json")
    assert status.code == 0, status.stderr
    [database] = json.loads(status.stdout)["databases"]
    assert database["direction"] == "dirty"
    assert database["reason"] in verdict["message"]
    assert [database["forward"], database["back"]] == [verdict["forward"], verdict["back"]]

    lines = boot(tmp_path, "status").stdout.splitlines()
    for name in ("forward", "back"):
        found = [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")]
        assert found == verdict[name]
    assert f"reason     {database['reason']}" in lines
    for command in ("check --live", "migrate --plan"):
        assert boot(tmp_path, *command.split()).code == 17, command
    assert mariadb.dump() == before


def test_the_version_table_wins(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, mariadb)
    stop_half_way(kit, project)
    write(kit, project, UP, DOWN)
    *finishing, forget = dirty(kit, tmp_path)["forward"]
    assert forget.startswith("DELETE FROM bootctl_ledger ")
    follow(mariadb, finishing)
    at_head(kit, tmp_path, mariadb)
    assert json.loads(boot(tmp_path, "status", "--json").stdout)["direction"] == "at-head"


def test_a_secret_is_not_kept(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    secret = "correct-horse-4711"
    with role(mariadb) as own:
        mariadb.execute(f"ALTER USER {own.user}@'%' IDENTIFIED BY '{secret}'")
        url = kit.url(own).replace(f"{own.user}@", f"{own.user}:{secret}@")
        project = kit.project(tmp_path, url)
        assert boot(tmp_path, BOOTCTL__VERIFY__MODE="off").code == 0
        told = f"CREATE TABLE t1 (id INT PRIMARY KEY, a VARCHAR(50) DEFAULT '{secret}')"
        write(kit, project, [told, *FAILING[2:]])
        assert boot(tmp_path, BOOTCTL__VERIFY__MODE="off").code == 14
        refused = boot(tmp_path, BOOTCTL__VERIFY__MODE="off")
        assert refused.code == 17
        assert secret not in refused.stderr
    [(statements,)] = mariadb.execute(
        "SELECT statements FROM bootctl_ledger WHERE applied_at IS NULL"
    )
    assert "CREATE TABLE t1" in statements
    assert secret not in statements


def test_without_a_journal_it_goes_on(tmp_path: Path, mariadb: Database) -> None:
    with role(mariadb) as own:
        project = migrated(ALEMBIC, tmp_path, own)
        mariadb.execute("DROP TABLE bootctl_ledger")
        mariadb.execute(f"REVOKE CREATE ON {mariadb.name}.* FROM {own.user}@'%'")
        write(ALEMBIC, project, ["ALTER TABLE users ADD a INT", "ALTER TABLE users ADD b INT"])
        result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert result.events("ledger.unavailable")
    assert recorded(mariadb, ALEMBIC) == ["a2"]
    assert not has_ledger(mariadb)
