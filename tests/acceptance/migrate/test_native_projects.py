"""What only Tortoise's own migrations do: their graph, and a record that a kill may leave out."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.processes.spawned import environment
from tests.support.projects.kits import TORTOISE, Project
from tests.support.projects.steps import Change, Python, Sql, Step
from tests.support.projects.tortoise_shapes import migrates, refused, status

pytestmark = pytest.mark.slow

A1, A2 = map(TORTOISE.revision, ("a1", "a2"))

KILL = """\
import asyncio
import os
import signal

from settings import TORTOISE_ORM
from tortoise.migrations.api.migrate import migrate
from tortoise.migrations.recorder import MigrationRecorder

record = MigrationRecorder.record_applied


async def killed(self, app, name):
    if name == "0002_a2":
        os.kill(os.getpid(), signal.SIGKILL)
    await record(self, app, name)


MigrationRecorder.record_applied = killed
asyncio.run(migrate(config=TORTOISE_ORM))
"""


def project_at_a1(root: Path, database: Database) -> Project:
    """A project with users in the database, and a migration that adds a name to come."""
    project = TORTOISE.project(root, database)
    assert run("bootctl", "migrate", cwd=root).code == 0
    project.migration("a2", "a1", Change.ADD_NAME)
    project.models("name")
    return project


def killed_before_recording(root: Path) -> None:
    """Have Tortoise itself apply ``a2``, and be killed before it is recorded."""
    script = [sys.executable, "-c", KILL]
    killed = subprocess.run(script, cwd=root, env=environment(), check=False, timeout=60)
    assert killed.returncode == -9


@pytest.mark.parametrize("how", ["command", "statement"])
def test_a_kill_before_the_record_is_dirty_until_it_is_recorded(
    tmp_path: Path, database: Database, how: str
) -> None:
    project_at_a1(tmp_path, database)
    killed_before_recording(tmp_path)
    said = ["dirty", f"{A2} is applied and not recorded", TORTOISE.file("a2")]
    verdict = refused(tmp_path, 17, database, said=said, command="run -- echo served")
    assert (verdict["revision"], verdict["file"]) == (A2, TORTOISE.file("a2"))
    found = status(tmp_path)
    assert (found["direction"], found["applied"], found["pending"]) == ("dirty", [A1], [A2])

    if how == "command":
        [command] = re.findall(r"`(tortoise .*?)`", verdict["hint"])
        assert run(*command.split(), cwd=tmp_path).code == 0
    else:
        [statement] = re.findall(r"INSERT .*?\)(?=\. )", verdict["hint"])
        database.execute(statement)
    result = run("bootctl", "run", "--", "echo", "served", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.stdout == "served\n"
    assert not result.events("migrate.applying")


@pytest.mark.parametrize("command", ["migrate --plan", "migrate --sql", "check"])
def test_a_dirty_database_is_never_planned_for(
    tmp_path: Path, sqlite: Database, command: str
) -> None:
    project_at_a1(tmp_path, sqlite)
    killed_before_recording(tmp_path)
    refused(tmp_path, 17, sqlite, said=["dirty"], command=command)


def test_the_first_migration_without_its_record(tmp_path: Path, database: Database) -> None:
    TORTOISE.project(tmp_path, database)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    database.execute("DROP TABLE tortoise_migrations")
    refused(tmp_path, 17, database, said=[f"{A1} is applied and not recorded"])


def half_applied(root: Path, database: Database) -> None:
    """The first of two operations of ``a2`` is in place."""
    project = project_at_a1(root, database)
    path = project.migration("a2", "a1", Change.ADD_NAME, Change.CREATE_POSTS)
    path.write_text(path.read_text().replace("    initial", "    atomic = False\n    initial"))
    models = (root / "models.py").read_text()
    post = "\n\nclass Post(Model):\n    id = fields.IntField(primary_key=True)\n\n"
    project.write("models.py", f'{models}{post}    class Meta:\n        table = "posts"\n')
    database.execute("ALTER TABLE users ADD COLUMN name VARCHAR(50)")


def test_half_a_migration_is_dirty_until_it_is_undone(tmp_path: Path, database: Database) -> None:
    half_applied(tmp_path, database)
    there = [f"{A2} is half applied", "users.name", "missing table posts", TORTOISE.file("a2")]
    refused(tmp_path, 17, database, said=there, command="run -- echo served")
    assert status(tmp_path)["direction"] == "dirty"
    database.execute("ALTER TABLE users DROP COLUMN name")
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert [line["revision"] for line in result.events("migrate.applied")] == [A2]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_failure_half_way_through_what_no_transaction_holds(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    project = project_at_a1(tmp_path, database)
    steps = Change.ADD_NAME, Sql("SELECT nothing"), Change.CREATE_POSTS
    path = project.migration("a2", "a1", *steps)
    if kind == "postgresql":
        path.write_text(path.read_text().replace("    initial", "    atomic = False\n    initial"))
    verdict = run("bootctl", "migrate", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 14
    assert (verdict["file"], verdict["stayed"]) == (TORTOISE.file("a2"), [])
    assert database.tables() == {"users", "tortoise_migrations"}
    half = [f"{A2} is half applied", "users.name", "missing table posts"]
    refused(tmp_path, 17, database, said=half)


@pytest.mark.parametrize(
    "step", [Sql("UPDATE users SET name = ''"), Python("pass")], ids=["sql", "python"]
)
def test_what_ran_beside_the_tables_is_not_known(
    tmp_path: Path, sqlite: Database, step: Step
) -> None:
    project_at_a1(tmp_path, sqlite).migration("a2", "a1", Change.ADD_NAME, step)
    sqlite.execute("ALTER TABLE users ADD COLUMN name VARCHAR(50)")
    verdict = refused(tmp_path, 17, sqlite, said=[A2, "RunSQL and RunPython", "not known"])
    assert "is applied" not in verdict["message"]


def test_what_cannot_be_printed_is_not_recorded_by_hand(tmp_path: Path, sqlite: Database) -> None:
    code = "await apps.get_model('models.User').all().delete()"
    project_at_a1(tmp_path, sqlite).migration("a2", "a1", Change.ADD_NAME, Python(code))
    sqlite.execute("INSERT INTO users (email) VALUES ('a@example.org')")
    before = sqlite.dump()
    printed = run("bootctl", "migrate", "--sql", cwd=tmp_path).stdout
    assert sqlite.dump() == before
    assert "ADD COLUMN" in printed
    assert [line for line in printed.splitlines() if line.startswith("INSERT")] == []
    assert "-- when all of it is done: INSERT INTO tortoise_migrations" in printed


def test_a_row_that_no_file_is_and_a_file_that_no_row_is(tmp_path: Path, sqlite: Database) -> None:
    project_at_a1(tmp_path, sqlite)
    columns = "(app, name, applied_at)"
    values = "('models', '0009_gone', CURRENT_TIMESTAMP)"
    sqlite.execute(f"INSERT INTO tortoise_migrations {columns} VALUES {values}")
    verdict = refused(tmp_path, 15, sqlite, said=["diverged", "models.0009_gone"])
    assert verdict["unknown"] == ["models.0009_gone"]


def test_three_migrations_of_two_branches_that_one_joins(tmp_path: Path, sqlite: Database) -> None:
    project = TORTOISE.project(tmp_path, sqlite)
    project.models("name")
    project.migration("b2", "a1", Change.ADD_NAME)
    project.migration("c3", "a1", Sql("SELECT 1"))
    joined = project.migration("d4", "c3", Sql("SELECT 1"))
    both_parents = "[('models', '0002_b2'), ('models', '0003_c3')]"
    text = joined.read_text().replace("[('models', '0003_c3')]", both_parents)
    joined.write_text(text)
    planned = run("bootctl", "migrate", "--plan", cwd=tmp_path).stdout.splitlines()
    revisions = [line.partition("\t")[0] for line in planned]
    assert revisions[0] == A1
    assert sorted(revisions) == [TORTOISE.revision(name) for name in ("a1", "b2", "c3", "d4")]
    migrates(tmp_path, sqlite, revisions=revisions)
    assert status(tmp_path)["heads"] == [TORTOISE.revision("d4")] == revisions[-1:]
