"""What Tortoise's backends hold in one transaction: kills, signals, and SQLite's recreated tables."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.processes.prompt import PROMPT_SECONDS
from tests.support.processes.spawned import Result
from tests.support.processes.watched import Running
from tests.support.projects.kits import AERICH, Kit, Project
from tests.support.projects.steps import Change, Python, Sql
from tests.support.projects.tortoise_shapes import both, migrates, refused

pytestmark = pytest.mark.slow

Fresh = Callable[[str], Database]

WAIT = Python(
    "import asyncio, pathlib\nwhile pathlib.Path('slow').exists():\n    await asyncio.sleep(0.1)"
)


def stopped(root: Path, number: signal.Signals) -> Result:
    """A ``bootctl migrate`` that gets a signal while it migrates."""
    running = Running(root)
    running.until("migrate.applying")
    time.sleep(0.5)
    running.process.send_signal(number)
    return running.result(timeout=PROMPT_SECONDS)


@both
@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_what_a_killed_bootctl_began_is_not_there(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    project = kit.project(tmp_path, database)
    project.migration("a1", None, Change.CREATE_USERS, WAIT)
    slow = project.write("slow", "")
    assert stopped(tmp_path, signal.SIGKILL).code == -9
    slow.unlink()
    migrates(tmp_path, database, revisions=[kit.revision("a1")])


READ = {
    "aerich": "from models import User",
    "tortoise": 'User = apps.get_model("models.User")',
}
COUNT = "await User.create(email='a@example.org')\nassert await User.all().count() == 1"


@both
def test_a_migration_that_uses_the_models(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, database)
    uses = Python(f"{READ[kit.name]}\n{COUNT}")
    project.migration("a2", "a1", uses, Sql("SELECT 1 FROM nowhere"))
    failed = run("bootctl", "migrate", cwd=tmp_path).verdict
    assert (failed["exit_code"], failed["file"]) == (14, kit.file("a2"))
    assert "nowhere" in failed["message"]
    if database.kind == "mariadb":
        database.execute("DELETE FROM users")
    else:
        assert database.tables() == set()

    project.migration("a2", "a1", uses)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    assert database.execute("SELECT email FROM users") == [("a@example.org",)]


SLEEP = {"postgresql": "SELECT pg_sleep(60)", "mariadb": "SELECT SLEEP(60)"}
SESSIONS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mariadb": "SELECT count(*) FROM information_schema.processlist"
    " WHERE db = database() AND id <> connection_id()",
}


@both
@pytest.mark.parametrize("kind", SLEEP)
def test_sigterm_leaves_no_session_on_the_server(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    kit.project(tmp_path, database).migration("a1", None, Change.CREATE_USERS, Sql(SLEEP[kind]))
    assert stopped(tmp_path, signal.SIGTERM).verdict["exit_code"] == 143
    deadline = time.monotonic() + 5
    while database.execute(SESSIONS[kind]) != [(0,)]:
        assert time.monotonic() < deadline, database.execute(SESSIONS[kind])
        time.sleep(0.1)
    assert database.tables() == set() or kind == "mariadb"


MODELS = """\
from tortoise import Model, fields


class User(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length={length})
{name}
    class Meta:
        table = "users"


class Post(Model):
    id = fields.IntField(primary_key=True)
    author = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE)

    class Meta:
        table = "posts"
"""

NAME = "    name = fields.CharField(max_length=50, null=True)\n"

POSTS_TABLE = """\
CREATE TABLE "posts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "author_id" INT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
)"""

RECREATE = (
    """\
CREATE TABLE "new_users" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "email" VARCHAR(200) NOT NULL
)""",
    'INSERT INTO "new_users" SELECT "id", "email" FROM "users"',
    'DROP TABLE "users"',
    'ALTER TABLE "new_users" RENAME TO "users"',
)


def with_posts(kit: Kit, root: Path, database: Database) -> Project:
    """A migrated project with a user and a post that refers to them."""
    project = kit.project(root, database)
    project.write("models.py", MODELS.format(length=100, name="" if kit is AERICH else NAME))
    if kit is AERICH:
        project.migration("a1", None, Change.CREATE_USERS, Sql(POSTS_TABLE))
    else:
        (root / kit.file("a1")).unlink()
        assert run("tortoise", "makemigrations", "--name", "a1", cwd=root).code == 0
    assert run("bootctl", "migrate", cwd=root).code == 0
    database.execute("INSERT INTO users (id, email) VALUES (1, 'a@example.org')")
    database.execute("INSERT INTO posts (author_id) VALUES (1)")
    return project


@both
def test_a_recreated_table_keeps_the_rows_that_refer_to_it(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = with_posts(kit, tmp_path, sqlite)
    project.write("models.py", MODELS.format(length=200, name=""))
    if kit is AERICH:
        project.migration("a2", "a1", *map(Sql, RECREATE))
    else:
        assert run("tortoise", "makemigrations", "--name", "a2", cwd=tmp_path).code == 0
    migrates(tmp_path, sqlite, revisions=[kit.revision("a2")])
    assert sqlite.execute("SELECT author_id FROM posts") == [(1,)]
    assert "VARCHAR(200)" in sqlite.dump()


@both
def test_rows_that_refer_to_nothing_afterwards(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = with_posts(kit, tmp_path, sqlite)
    project.migration("a2", "a1", Sql("DELETE FROM users"))
    verdict = refused(tmp_path, 14, sqlite, said=["posts (to users)", "rolled back"])
    assert verdict["tables"] == ["posts (to users)"]


@both
def test_rows_that_refer_to_nothing_already(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = with_posts(kit, tmp_path, sqlite)
    sqlite.execute("DELETE FROM users")
    project.migration("a2", "a1", Sql("UPDATE users SET email = ''"))
    migrates(tmp_path, sqlite, revisions=[kit.revision("a2")])


@both
def test_a_script_fails_at_its_second_statement(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, sqlite)
    script = "CREATE TABLE half (id INT); INSERT INTO half VALUES (1); SELECT 1 FROM nowhere"
    project.migration("a2", "a1", Sql(script))
    verdict = refused(tmp_path, 14, said=["nowhere", "rolled back"])
    assert (verdict["file"], verdict["stayed"]) == (kit.file("a2"), [])
    assert sqlite.tables() == set()
