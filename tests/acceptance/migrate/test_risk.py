"""What pending migrations put at risk: `migrate --plan`, `check`, and `migrate.on_risk`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.cli.test_imports import imported
from tests.support.databases.fresh import Database
from tests.support.databases.rows import fill_users
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC, Kit, Project
from tests.support.projects.steps import Sql, Step

FAIL = {"BOOTCTL__MIGRATE__ON_RISK": "fail"}
DELETED = Sql("DELETE FROM users")
"""Destructive, and no drift."""


def pending(root: Path, database: Database, kit: Kit, *steps: Step, rows: int = 30_000) -> Project:
    """A project whose table has ``rows``, and a migration that is not applied yet."""
    project = kit.project(root, database)
    result = bootctl("migrate", cwd=root)
    assert result.code == 0, result.stderr
    assert not result.events("migrate.risk"), "what it makes itself is no risk"
    if rows:
        fill_users(database, rows)
    project.migration("a2", "a1", *steps)
    return project


def planned(root: Path) -> dict[str, Any]:
    """What the plan says, which changes nothing."""
    result = bootctl("migrate", "--plan", "--json", cwd=root)
    assert result.code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    assert len(result.events("migrate.risk")) == len(document["risks"])
    return document


def rules(risks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each risk's kind and table."""
    return [(item["kind"], item["table"]) for item in risks]


def test_the_plan_and_the_check_list_it(tmp_path: Path, database: Database, kit: Kit) -> None:
    pending(tmp_path, database, kit, DELETED)
    before = database.dump()
    result = bootctl("migrate", "--plan", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [line] = result.stdout.splitlines()
    assert line.split("\t")[:2] == [kit.revision("a2"), kit.file("a2")]
    [event] = result.events("migrate.risk")
    assert event["level"] == "warning"
    assert event["revision"] == kit.revision("a2")
    assert event["file"] == kit.file("a2")
    assert (event["kind"], event["rule"]) == ("destructive", "delete-without-where")
    assert (event["table"], event["by"]) == ("users", "bootctl")
    assert 20_000 < event["rows"] < 40_000
    assert event["hint"]
    [risk] = planned(tmp_path)["risks"]
    assert risk["advice"] == event["hint"]
    checked = bootctl("check", "--format", "json", cwd=tmp_path)
    assert checked.code == 0, checked.stderr
    assert [item["rule"] for item in json.loads(checked.stdout)["risks"]] == [risk["rule"]]
    assert "risk: destructive users" in bootctl("check", cwd=tmp_path).stdout
    assert database.dump() == before


def test_warn_says_it_and_goes_on(tmp_path: Path, database: Database, kit: Kit) -> None:
    pending(tmp_path, database, kit, DELETED)
    result = bootctl("run", "--", "echo", "served", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.stdout == "served\n"
    [event] = result.events("migrate.risk")
    assert event["rule"] == "delete-without-where"
    assert event["revision"] == kit.revision("a2")
    assert database.execute("SELECT count(*) FROM users") == [(0,)]


def test_fail_refuses_before_anything_is_applied(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = pending(tmp_path, database, kit, Sql("UPDATE users SET email = 'x' WHERE id = 1"))
    project.migration("a3", "a2", DELETED)
    before = database.dump()
    result = bootctl("run", "--", "echo", "served", cwd=tmp_path, env=FAIL)
    assert result.code == 14
    assert result.stdout == ""
    assert result.verdict["message"].startswith("refused before anything was applied")
    assert result.verdict["revision"] == kit.revision("a3")
    assert "BOOTCTL__MIGRATE__ON_RISK" in result.verdict["hint"]
    assert len(result.events("migrate.risk")) == 1
    assert not result.events("migrate.applying")
    assert database.dump() == before
    assert bootctl("migrate", cwd=tmp_path).code == 0


def test_fail_lets_pass_what_risks_nothing(tmp_path: Path, database: Database, kit: Kit) -> None:
    harmless = "UPDATE users SET email = 'x' WHERE id = 1"
    pending(
        tmp_path,
        database,
        kit,
        Sql("CREATE TABLE t (id INTEGER)"),
        Sql(harmless),
        Sql("DROP TABLE t"),
    )
    result = bootctl("migrate", cwd=tmp_path, env=FAIL)
    assert result.code == 0, result.stderr
    assert not result.events("migrate.risk")
    again = bootctl("migrate", cwd=tmp_path, env=FAIL)
    assert again.code == 0
    assert not again.events("migrate.not_looked_at")


def test_a_table_weighs_what_it_has(tmp_path: Path, database: Database, kit: Kit) -> None:
    column = "ALTER TABLE users ADD COLUMN level INTEGER DEFAULT 0"
    slow = {"mariadb": "ALTER TABLE users MODIFY email VARCHAR(50)"}
    index = Sql(slow.get(database.kind, "CREATE INDEX by_email ON users (email)"))
    pending(tmp_path, database, kit, Sql(column), index, rows=20)
    assert planned(tmp_path)["risks"] == []
    database.execute("DELETE FROM users")
    fill_users(database)
    [risk] = planned(tmp_path)["risks"]
    assert risk["table"] == "users"
    assert risk["kind"] == ("rewriting" if database.kind == "mariadb" else "locking")
    assert risk["by"] == ("squawk" if database.kind == "postgresql" else "bootctl")


def test_what_is_large_by_its_bytes_is_large(tmp_path: Path, postgresql: Database) -> None:
    pending(tmp_path, postgresql, ALEMBIC, Sql("CREATE INDEX i ON users (email)"), rows=20)
    postgresql.execute("ALTER TABLE users ADD COLUMN page TEXT")
    postgresql.execute("ALTER TABLE users ALTER COLUMN page SET STORAGE EXTERNAL")
    postgresql.execute("UPDATE users SET page = repeat('x', 2000000)")
    [risk] = planned(tmp_path)["risks"]
    assert risk["bytes"] > 16 * 2**20


@pytest.mark.parametrize("rows", [0, 20])
def test_a_required_column_hurts_as_soon_as_there_is_a_row(
    tmp_path: Path, postgresql: Database, kit: Kit, rows: int
) -> None:
    added = Sql("ALTER TABLE users ADD COLUMN level INTEGER NOT NULL")
    pending(tmp_path, postgresql, kit, added, rows=rows)
    assert rules(planned(tmp_path)["risks"]) == [("locking", "users")] * bool(rows)


@pytest.mark.parametrize("command", [("migrate",), ("migrate", "--plan"), ("check",)], ids=" ".join)
def test_at_head_nothing_of_it_is_imported(
    tmp_path: Path, sqlite: Database, kit: Kit, command: tuple[str, ...]
) -> None:
    kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    names = imported(tmp_path, *command)
    assert not [name for name in names if name.startswith("bootctl.migrate.risk")]
    assert "sqlparse" not in names


def test_json_goes_with_a_plan(tmp_path: Path) -> None:
    result = bootctl("migrate", "--json", cwd=tmp_path)
    assert result.code == 2
    assert "--plan" in result.verdict["message"]


def hidden(root: Path) -> dict[str, str]:
    """An environment in which there is no squawk."""
    text = "import sysconfig\nsysconfig.get_path = lambda *_, **__: '/nonexistent'\n"
    (root / "hidden").mkdir()
    (root / "hidden" / "sitecustomize.py").write_text(text)
    return {"PYTHONPATH": str(root / "hidden"), "PATH": "/nonexistent"}


def spawned(root: Path, *arguments: str) -> Result:
    """A run without squawk."""
    from tests.support.processes import spawned

    return spawned.bootctl(*arguments, cwd=root, env=hidden(root))


def test_without_squawk_our_own_list_is_used_and_that_is_said(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    pending(tmp_path, postgresql, kit, Sql("CREATE INDEX i ON users (email)"))
    result = spawned(tmp_path, "migrate", "--plan")
    assert result.code == 0, result.stderr
    [event] = result.events("migrate.risk")
    assert (event["rule"], event["by"]) == ("create-index", "bootctl")
    [unseen] = result.events("migrate.not_looked_at")
    assert "squawk" in unseen["what"]
    assert "the extra `risk`" in unseen["what"]


def test_what_the_project_tells_squawk_to_leave_out_is_left_out(
    tmp_path: Path, postgresql: Database
) -> None:
    pending(tmp_path, postgresql, ALEMBIC, Sql("ALTER TABLE users DROP COLUMN email"))
    assert rules(planned(tmp_path)["risks"]) == [("destructive", "users")]
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-drop-column"]\n')
    assert planned(tmp_path)["risks"] == []


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_table_that_somebody_has_locked_is_not_waited_for(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    pending(tmp_path, database, ALEMBIC, Sql("DELETE FROM users"))
    with database.session() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE users" if kind == "postgresql" else "LOCK TABLES users WRITE")
        [risk] = planned(tmp_path)["risks"]
    assert risk["rule"] == "delete-without-where"
