"""An applied migration whose file was edited, or is gone; and what only looks like it."""

import json
import re
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import has_ledger, ledger, unrecord
from tests.support.processes.forked import bootctl, run
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import users_project
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit, Project
from tests.support.projects.steps import Change, Sql
from tests.support.projects.tortoise_shapes import BLOG_FILES, REVISIONS, both, two_apps

ALL = ("run -- echo served", "migrate", "migrate --plan", "migrate --sql", "check")
INSERT = Sql("INSERT INTO users (email) VALUES ('a@example.org')")


def three(kit: Kit, root: Path, database: Database) -> Project:
    """Three migrations, applied by version 1.2.3 of the project; the second makes no schema."""
    project = kit.project(root, database)
    project.models("name")
    project.migration("a2", "a1", INSERT)
    project.migration("a3", "a2", Change.ADD_NAME)
    with (root / "pyproject.toml").open("a") as file:
        file.write('\n[project]\nname = "app"\nversion = "1.2.3"\n')
    assert bootctl("migrate", cwd=root).code == 0
    return project


def edit(root: Path, kit: Kit, name: str) -> None:
    """Change what a migration says, and not what it did."""
    path = root / kit.file(name)
    path.write_text(path.read_text() + "\n# edited\n")


def refused(root: Path, database: Database, *commands: str) -> Result:
    """The result of the last of ``commands``, each of which ends with 16 and changes nothing."""
    before = database.dump()
    for command in commands:
        result = bootctl(*command.split(), cwd=root)
        assert result.code == 16, result.stderr
        assert result.stdout == ""
        assert not result.events("migrate.applying")
    assert database.dump() == before
    return result


def accepted(root: Path, database: Database, result: Result) -> None:
    """With the statements of the verdict executed, everything is in order."""
    for statement in result.verdict["accept"]:
        assert statement in result.verdict["hint"]
        database.execute(statement)
    served = bootctl("run", "--", "echo", "served", cwd=root)
    assert served.code == 0, served.stderr
    assert served.stdout == "served\n"


def altered(root: Path, what: str) -> list[str]:
    """What ``status`` says is edited or vanished."""
    result = bootctl("status", "--json", cwd=root)
    assert result.code == 0, result.stderr
    found = json.loads(result.stdout)["databases"][0][what]
    assert all(item["applied_at"] and item["code_version"] == "1.2.3" for item in found)
    return [item["revision"] for item in found]


def test_an_edited_file_is_refused(tmp_path: Path, database: Database, kit: Kit) -> None:
    three(kit, tmp_path, database)
    edit(tmp_path, kit, "a2")
    commands = ALL if database.kind == "sqlite" else ("migrate",)
    result = refused(tmp_path, database, *commands)
    [row] = [row for row in ledger(database) if row["file"] == kit.file("a2")]
    applied_at = str(row["applied_at"])[:19].replace(" ", "T")
    message, hint = result.verdict["message"], result.verdict["hint"]
    assert f"{kit.revision('a2')} ({kit.file('a2')}, applied {applied_at}Z" in message
    assert "by version 1.2.3) was edited" in message
    assert f"git log -- {kit.file('a2')}" in hint
    assert result.verdict["edited"] == [kit.revision("a2")]
    assert result.verdict["vanished"] == []
    assert altered(tmp_path, "edited") == [kit.revision("a2")]
    text = bootctl("status", cwd=tmp_path).stdout
    assert f"edited     {kit.revision('a2')}, {kit.file('a2')}, {applied_at}Z, 1.2.3" in text
    accepted(tmp_path, database, result)
    assert altered(tmp_path, "edited") == []


def test_a_file_that_is_gone_is_refused(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = three(kit, tmp_path, database)
    (tmp_path / kit.file("a2")).unlink()
    project.migration("a3", "a1", Change.ADD_NAME)  # Aerich's says nothing of the one before
    commands = ALL if database.kind == "sqlite" else ("migrate",)
    result = refused(tmp_path, database, *commands)
    assert f"{kit.revision('a2')} ({kit.file('a2')}, applied" in result.verdict["message"]
    assert "is gone" in result.verdict["message"]
    assert (
        f"git log -- {'' if kit is AERICH else kit.file('a3') + ' '}{kit.file('a2')}"
        in (result.verdict["hint"])
    )
    assert altered(tmp_path, "vanished") == result.verdict["vanished"] == [kit.revision("a2")]
    assert altered(tmp_path, "edited") == ([] if kit is AERICH else [kit.revision("a3")])
    accepted(tmp_path, database, result)


def test_what_is_pending_is_not_applied_on_another_history(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = three(kit, tmp_path, sqlite)
    project.migration("a4", "a3", Change.CREATE_POSTS)
    edit(tmp_path, kit, "a1")
    refused(tmp_path, sqlite, *ALL)


def test_more_than_can_be_named(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    for number in range(2, 7):
        project.migration(f"a{number}", f"a{number - 1}", "pass")
    assert bootctl("migrate", cwd=tmp_path).code == 0
    for number in range(2, 7):
        edit(tmp_path, ALEMBIC, f"a{number}")
    verdict = refused(tmp_path, sqlite, "check").verdict
    assert "and 2 more" in verdict["message"]
    assert verdict["edited"] == ["a2", "a3", "a4", "a5", "a6"]
    assert len(verdict["accept"]) == 5


def test_another_layout_of_a_file_is_no_edit(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    three(kit, tmp_path, sqlite)
    for name in ("a1", "a2", "a3"):
        path = tmp_path / kit.file(name)
        lines = path.read_text().replace("\n\n", "\n\n\n").splitlines()
        path.write_bytes("".join(f"{line}  \r\n" for line in lines).encode())
    assert bootctl("check", cwd=tmp_path).code == 0


def test_a_downgraded_migration_may_be_edited(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    three(kit, tmp_path, sqlite)
    before = ledger(sqlite)
    unrecord(sqlite, kit, "a3", "a2")
    sqlite.execute("ALTER TABLE users DROP COLUMN name")
    edit(tmp_path, kit, "a3")
    assert altered(tmp_path, "edited") == []
    assert bootctl("migrate", cwd=tmp_path).code == 0
    after = ledger(sqlite)
    assert [row["revision"] for row in after] == [row["revision"] for row in before]
    assert after[:2] == before[:2]
    assert after[2]["checksum"] != before[2]["checksum"]


def test_a_downgraded_migration_may_go(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = three(kit, tmp_path, sqlite)
    unrecord(sqlite, kit, "a3", "a2")
    sqlite.execute("ALTER TABLE users DROP COLUMN name")
    project.models()
    (tmp_path / kit.file("a3")).unlink()
    assert altered(tmp_path, "vanished") == []
    assert bootctl("check", cwd=tmp_path).code == 0


def test_newer_code_is_not_judged_by_older(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    three(kit, tmp_path, sqlite)
    (tmp_path / kit.file("a3")).unlink()
    edit(tmp_path, kit, "a2")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 15, result.stderr
    assert altered(tmp_path, "edited") == altered(tmp_path, "vanished") == []


def test_a_row_that_the_ledger_does_not_have_is_of_newer_code(
    tmp_path: Path, sqlite: Database
) -> None:
    three(AERICH, tmp_path, sqlite)
    sqlite.execute(f"DELETE FROM bootctl_ledger WHERE file = '{AERICH.file('a2')}'")
    (tmp_path / AERICH.file("a2")).unlink()
    assert bootctl("migrate", cwd=tmp_path).code == 15


@pytest.mark.parametrize(
    ("kit", "upgrade"),
    [
        (ALEMBIC, "alembic upgrade head"),
        (AERICH, "aerich upgrade"),
        (TORTOISE, "tortoise migrate"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_project_migrated_without_bootctl(
    tmp_path: Path, sqlite: Database, kit: Kit, upgrade: str
) -> None:
    kit.project(tmp_path, sqlite)
    upgraded = run(*upgrade.split(), cwd=tmp_path, env={"PYTHONPATH": "."})
    assert upgraded.code == 0, upgraded.stderr
    edit(tmp_path, kit, "a1")
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert not has_ledger(sqlite)


def test_a_history_that_was_squashed_and_stamped(tmp_path: Path, sqlite: Database) -> None:
    project = three(ALEMBIC, tmp_path, sqlite)
    for name in ("a1", "a2", "a3"):
        (tmp_path / ALEMBIC.file(name)).unlink()
    project.migration("s1", None, Change.CREATE_USERS, Change.ADD_NAME)
    assert run("alembic", "stamp", "--purge", "s1", cwd=tmp_path).code == 0
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert altered(tmp_path, "edited") == altered(tmp_path, "vanished") == []


@both
def test_each_app_is_judged_by_its_own_rows(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    two_apps(kit, tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    path = tmp_path / BLOG_FILES[kit.name]
    path.write_text(path.read_text() + "\n# edited\n")
    result = refused(tmp_path, sqlite, "migrate")
    assert result.verdict["edited"] == [REVISIONS[kit.name][1]]
    accepted(tmp_path, sqlite, result)


def test_aerich_s_own_completion_of_files_is_no_edit(tmp_path: Path, sqlite: Database) -> None:
    project = AERICH.project(tmp_path, sqlite)
    path = tmp_path / AERICH.file("a1")
    # As Aerich lays it out, and without what it added in 0.9.2.
    text = path.read_text().replace("RUN_IN_TRANSACTION = True\n\n\n", "\n")
    path.write_text(re.sub(r'"""\s*(\S.*?)\s*"""', r'"""\n        \1"""', text, flags=re.DOTALL))
    assert bootctl("migrate", cwd=tmp_path).code == 0
    fixed = run("aerich", "fix-migrations", cwd=tmp_path, env={"PYTHONPATH": "."})
    assert fixed.code == 0, fixed.stderr
    assert "MODELS_STATE" in path.read_text()
    assert bootctl("check", cwd=tmp_path).code == 0
    project.models("name")
    assert bootctl("check", cwd=tmp_path).code == 20
