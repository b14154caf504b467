"""What Tortoise's backends print for a person to apply, and what they find in the files alone."""

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.kits import AERICH, Kit
from tests.support.projects.steps import Change
from tests.support.projects.tortoise_shapes import REVISIONS, both, refused, status, two_apps
from tests.support.scenarios.ten_migrations import models_at
from tests.support.scenarios.ten_tortoise_migrations import (
    MODELS,
    NATIVE_MODELS,
    aerich_chain,
    native_chain,
)
from tests.support.servers import standard
from tests.support.servers.ports import free_port

CHAINS = {"aerich": (aerich_chain, MODELS), "tortoise": (native_chain, NATIVE_MODELS)}


def apply_by_hand(database: Database, script: str) -> None:
    """Have the database's own client execute ``script``."""
    if database.kind == "sqlite":
        connection = sqlite3.connect(database.name)
        connection.executescript(script)
        connection.close()
        return
    where = ["-h", database.host, "-u", database.user, "-P", str(database.port)]
    command = [str(shutil.which("mariadb")), *where, database.name]
    if database.kind == "postgresql":
        where = ["-h", database.host, "-U", database.user, "-p", str(database.port)]
        psql = str(standard.postgresql_binary("psql"))
        command = [psql, "-q", "-v", "ON_ERROR_STOP=1", *where, database.name]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@both
def test_printed_statements_are_what_a_database_can_be_migrated_with(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    chain, models = CHAINS[kit.name]
    root = tmp_path / "project"
    root.mkdir()
    made = chain(root, database, models).make("create")
    printed = run("bootctl", "migrate", "--sql", cwd=root)
    assert printed.code == 0, printed.stderr
    assert database.tables() == set()
    assert printed.stdout.startswith(f"-- {made}\n")
    apply_by_hand(database, printed.stdout)
    found = status(root)
    assert (found["direction"], found["applied"]) == ("at-head", [made])
    assert run("bootctl", "check", cwd=root).code == 0


@both
def test_printed_statements_go_on_from_the_database(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME)
    project.migration("a3", "a2", Change.CREATE_POSTS)
    with (tmp_path / "models.py").open("a") as models:
        models.write('\n\nclass Post(Model):\n    class Meta:\n        table = "posts"\n')
    before = postgresql.dump()
    planned = run("bootctl", "migrate", "--plan", cwd=tmp_path)
    lines = [f"{kit.revision(name)}\t{kit.file(name)}" for name in ("a2", "a3")]
    assert [line.rstrip() for line in planned.stdout.splitlines()] == lines
    printed = run("bootctl", "migrate", "--sql", cwd=tmp_path)
    assert "email VARCHAR" not in re.sub('["`]', "", printed.stdout)
    assert postgresql.dump() == before
    apply_by_hand(postgresql, printed.stdout)
    assert status(tmp_path)["direction"] == "at-head"


@both
def test_the_plan_of_two_apps(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    two_apps(kit, tmp_path, sqlite)
    planned = run("bootctl", "migrate", "--plan", cwd=tmp_path).stdout.splitlines()
    assert [line.split("\t")[0] for line in planned] == list(REVISIONS[kit.name])
    apply_by_hand(sqlite, run("bootctl", "migrate", "--sql", cwd=tmp_path).stdout)
    assert run("bootctl", "check", cwd=tmp_path).code == 0


@both
@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_models_are_compared_with_the_files_without_a_database(
    tmp_path: Path, kit: Kit, kind: str
) -> None:
    chain, models = CHAINS[kit.name]
    nowhere = Database(kind, f"{tmp_path}/app", "127.0.0.1", free_port(), "nobody")
    project = chain(tmp_path, nowhere, models)
    project.make("create")
    clean = run("bootctl", "check", "--models", cwd=tmp_path)
    assert clean.code == 0, clean.stderr
    assert not clean.events("wait.retry")
    (tmp_path / "models.py").write_text(models_at("add", models))
    drift = run("bootctl", "check", "--models", cwd=tmp_path)
    assert drift.verdict["exit_code"] == 20
    assert "missing column" in drift.verdict["message"]
    assert "nickname" in drift.stdout
    assert ("aerich migrate" if kit is AERICH else "makemigrations") in drift.verdict["hint"]
    assert not (tmp_path / "app").exists()


def test_files_that_do_not_say_what_the_models_were(tmp_path: Path, sqlite: Database) -> None:
    AERICH.project(tmp_path, sqlite)
    refused(tmp_path, 2, said=["--models", "check --live"], command="check --models")
    assert sqlite.tables() == set()
