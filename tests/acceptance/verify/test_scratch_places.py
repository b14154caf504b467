"""Where ``check --scratch`` makes its database, what it needs there, and that nothing of it stays."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.roles import role
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result, environment
from tests.support.projects.alembic import engines_project
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Change, Python, Sql

pytestmark = pytest.mark.exhaustive

PREFIX = "bootctl_scratch_"
NAMES = {
    "postgresql": "SELECT datname FROM pg_database",
    "mariadb": "SELECT schema_name FROM information_schema.schemata",
}
ON_SERVERS = [(ALEMBIC, "postgresql"), (TORTOISE, "postgresql"), (AERICH, "mariadb")]
on_servers = pytest.mark.parametrize(
    ("kit", "kind"), [pytest.param(kit, kind, id=f"{kit.name}-{kind}") for kit, kind in ON_SERVERS]
)


def scratches(database: Database) -> set[str]:
    return {row[0] for row in database.execute(NAMES[database.kind]) if row[0].startswith(PREFIX)}


def made(result: Result) -> set[str]:
    """The databases that were made, which others on the server do at the same time, too."""
    return {line["target"].rpartition("/")[2] for line in result.events("verify.scratch")}


def absent(database: Database) -> Database:
    """The same server, and a database that it has not."""
    return dataclasses.replace(database, name=f"{database.name}_not")


@on_servers
def test_a_database_that_is_not_there_yet_is_not_needed(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    kit.project(tmp_path, absent(database))
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert absent(database).name not in {row[0] for row in database.execute(NAMES[kind])}
    assert not made(result) & scratches(database)


@on_servers
def test_a_role_that_may_not_make_databases_is_told_the_grant(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    admin = fresh_database(kind)
    with role(admin) as database:
        kit.project(tmp_path, database)
        refused = bootctl("check", "--scratch", cwd=tmp_path)
        assert refused.code == 12, refused.stderr
        grant = {"postgresql": "CREATEDB", "mariadb": "ALL PRIVILEGES"}[kind]
        assert f"the role lacks {grant}" in refused.verdict["message"]
        statement = refused.verdict["hint"].partition(";")[0]
        host = "@'%'" if kind == "mariadb" else ""
        admin.execute(f"{statement}{host}")
        result = bootctl("check", "--scratch", cwd=tmp_path)
        assert result.code == 0, result.stderr
        assert not made(result) & scratches(admin)


@contextmanager
def replaying(root: Path) -> Iterator[tuple[subprocess.Popen[str], set[str]]]:
    """A check that has begun with the migration ``a2``, and the database that it has made."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bootctl", "check", "--scratch"],
        cwd=root,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    made: set[str] = set()
    for text in process.stderr:
        line = json.loads(text)
        if line["event"] == "verify.scratch":
            made.add(line["target"].rpartition("/")[2])
        if line["event"] == "migrate.applying" and "a2" in line["revision"]:
            break
    assert made
    try:
        yield process, made
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


SLEEP = Python("import time; time.sleep(120)")


@on_servers
def test_what_a_killed_one_has_left_is_dropped_by_the_next(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    path = kit.project(tmp_path, database).migration("a2", "a1", SLEEP)
    with replaying(tmp_path) as (killed, left):
        assert left <= scratches(database)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    path.unlink()
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert not left & scratches(database)


@on_servers
def test_one_that_is_terminated_drops_its_own(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    kit.project(tmp_path, database).migration("a2", "a1", SLEEP)
    with replaying(tmp_path) as (ended, left):
        ended.send_signal(signal.SIGTERM)
        ended.wait(timeout=30)
    assert ended.returncode == 143
    assert not left & scratches(database)


def test_a_folder_that_a_killed_one_has_left_is_removed(tmp_path: Path, sqlite: Database) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    places = tmp_path / "tmp"
    places.mkdir()
    left = Path(tempfile.mkdtemp(prefix=PREFIX, dir=places))
    (left / "scratch.db").touch()
    result = bootctl("check", "--scratch", cwd=tmp_path, env={"TMPDIR": str(places)})
    assert result.code == 0, result.stderr
    assert not list(places.glob(f"{PREFIX}*"))
    assert not os.path.exists(sqlite.name)


def test_schemas_that_the_migrations_do_not_make_are_made(
    tmp_path: Path, postgresql: Database
) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    project.migration("a2", "a1", Sql("CREATE SCHEMA made"), Sql("CREATE TABLE made.a (id int)"))
    project.migration("a3", "a2", Sql("CREATE TABLE app.b (id int)"))
    project.migration("a4", "a3", Sql("CREATE TABLE other.c (id int)"))
    result = bootctl("check", "--scratch", "--write", cwd=tmp_path)
    assert result.code == 0, result.stderr
    written = (tmp_path / "schema.lock").read_text()
    assert all(f'"{name}"' in written for name in ("made.a", "app.b", "other.c"))
    assert not postgresql.tables()


def test_an_async_env(tmp_path: Path, postgresql: Database) -> None:
    project = ASYNC_ALEMBIC.project(tmp_path, postgresql)
    project.models("name")
    result = bootctl("check", "--scratch", "--round-trip", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "missing column users.name" in result.verdict["message"]
    assert not postgresql.tables()


def test_several_databases_are_refused(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    first, second = fresh_database("postgresql"), fresh_database("postgresql")
    engines_project(tmp_path, first.sync_url, second.sync_url)
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 2, result.stderr
    assert "the database that --scratch makes" in result.verdict["message"]
    assert "several" in result.verdict["message"]
    assert not first.tables() | second.tables()
    assert not made(result) & scratches(first)


def test_a_function_that_connects_by_itself_is_refused(
    tmp_path: Path, postgresql: Database
) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    env = (project.root / "migrations/env.py").read_text()
    connecting = (
        f"poolclass=pool.NullPool, creator=lambda: __import__('psycopg2').connect("
        f"host='127.0.0.1', user={postgresql.user!r}, dbname={postgresql.name!r})"
    )
    project.write("migrations/env.py", env.replace("poolclass=pool.NullPool", connecting))
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 2, result.stderr
    assert not postgresql.tables()
    assert not made(result) & scratches(postgresql)


@pytest.mark.parametrize("kit", [ALEMBIC, AERICH, TORTOISE], ids=lambda kit: kit.name)
def test_a_migration_that_writes_to_another_database_of_the_server_is_refused(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, mariadb)
    project.migration("a2", "a1", Sql(f"CREATE TABLE {mariadb.name}.t (id INT)"))
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 16, result.stderr
    assert f"writes to the database {mariadb.name}" in result.verdict["message"]
    assert not mariadb.tables()
    assert not made(result) & scratches(mariadb)


def test_a_migration_that_fails_says_where(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, postgresql)
    project.migration("a2", "a1", Sql("DROP TABLE nowhere"))
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "to an empty database of `check --scratch`" in result.verdict["message"]
    assert not postgresql.tables()
    assert not made(result) & scratches(postgresql)


@pytest.mark.parametrize(
    "options", [["--scratch", "--live"], ["--scratch", "--models"], ["--write"], ["--round-trip"]]
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str]) -> None:
    assert bootctl("check", *options, cwd=tmp_path).code == 2


def test_a_change_is_added(tmp_path: Path, postgresql: Database) -> None:
    """Data migrations run as on a fresh install."""
    project = ALEMBIC.project(tmp_path, postgresql)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME, Sql("UPDATE users SET name = email"))
    assert bootctl("check", "--scratch", cwd=tmp_path).code == 0
