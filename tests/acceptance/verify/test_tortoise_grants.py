"""What a role must be allowed for its schema to be verified, and what it is told if it is not."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.roles import role
from tests.support.processes.forked import run
from tests.support.projects.kits import TORTOISE, Kit
from tests.support.projects.steps import Change, Sql
from tests.support.projects.tortoise_shapes import both, migrates, refused


@pytest.fixture
def own_mariadb(mariadb: Database) -> Iterator[Database]:
    """A database of MariaDB as its own user."""
    with role(mariadb) as database:
        yield database


@pytest.fixture
def own_postgresql(postgresql: Database) -> Iterator[Database]:
    """A database of PostgreSQL as its own user."""
    with role(postgresql) as database:
        yield database


@both
def test_mariadb_without_the_grant_for_a_scratch_database(
    tmp_path: Path, mariadb: Database, own_mariadb: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, own_mariadb)
    verdict = refused(tmp_path, 12, mariadb, said=["ALL PRIVILEGES on databases"], command="check")
    stopped = run("bootctl", "run", "--", "echo", "served", cwd=tmp_path)
    assert stopped.verdict["exit_code"] == 12
    assert stopped.stdout == ""

    project.write(".env", "BOOTCTL__VERIFY__MODE=off\n")
    assert "BOOTCTL__VERIFY__MODE=off" in verdict["hint"]
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    project.write(".env", "")

    [grant] = re.findall(r"GRANT .*?\*", verdict["hint"])
    mariadb.execute(f"{grant} TO {own_mariadb.user}@'%'")
    result = run("bootctl", "run", "--", "echo", "served", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.events("verify.clean")


@both
def test_postgresql_without_the_grant_for_temporary_tables(
    tmp_path: Path, postgresql: Database, own_postgresql: Database, kit: Kit
) -> None:
    postgresql.execute(f"REVOKE TEMPORARY ON DATABASE {postgresql.name} FROM PUBLIC")
    kit.project(tmp_path, own_postgresql)
    verdict = refused(tmp_path, 12, postgresql, said=["TEMPORARY", "as it was before"])
    [grant] = re.findall(r"GRANT .*? (?=TO )", verdict["hint"])
    assert postgresql.tables() == set()
    postgresql.execute(f"{grant} TO {own_postgresql.user}")
    migrates(tmp_path, postgresql, revisions=[kit.revision("a1")])


@both
def test_a_table_of_revisions_that_may_not_be_read(
    tmp_path: Path, postgresql: Database, own_postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, own_postgresql)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    postgresql.execute(f"ALTER TABLE {kit.ledger} OWNER TO {postgresql.user}")
    project.migration("a2", "a1", Change.CREATE_POSTS)
    for command in ("migrate", "status", "migrate --sql"):
        refused(tmp_path, 12, postgresql, said=["permission denied", kit.ledger], command=command)
    assert "posts" not in postgresql.tables()


SCRATCH = r"SHOW DATABASES LIKE 'bootctl\_scratch\_%'"


@contextmanager
def nothing_left(database: Database) -> Iterator[None]:
    """Whatever is done, none of the scratch databases of now and of then stays."""
    yield
    left = set(database.execute(SCRATCH))
    deadline = time.monotonic() + 10
    while left:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
        left &= set(database.execute(SCRATCH))


@both
def test_no_scratch_database_stays(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, mariadb)
    with nothing_left(mariadb):
        assert run("bootctl", "migrate", cwd=tmp_path).code == 0
        project.models("name")
        assert run("bootctl", "check", cwd=tmp_path).code == 20
        project.migration("a2", "a1", Change.ADD_NAME, Sql("SELECT nothing"))
        assert run("bootctl", "migrate", cwd=tmp_path).code == 14
        models = (tmp_path / "models.py").read_text()
        project.write("models.py", models.replace("max_length=100", "max_length=100_000"))
        failed = run("bootctl", "check", cwd=tmp_path)
        assert failed.code not in (0, 1), failed.stderr
        assert "100000" in failed.verdict["message"] or "too big" in failed.verdict["message"]


def test_an_abandoned_scratch_database_is_dropped(tmp_path: Path, mariadb: Database) -> None:
    """What a killed process left; one that is in use has its name locked."""
    TORTOISE.project(tmp_path, mariadb)
    suffix = mariadb.name.removeprefix("bootctl_")
    abandoned, used = f"bootctl_scratch_a{suffix}", f"bootctl_scratch_u{suffix}"
    with mariadb_session(mariadb) as session:
        session.execute(f"SELECT GET_LOCK('{used}', 0)")
        for name in (abandoned, used):
            session.execute(f"CREATE DATABASE {name}")
        try:
            assert run("bootctl", "check", cwd=tmp_path).code == 20
            found = set(mariadb.execute(SCRATCH))
            assert (abandoned,) not in found
            assert (used,) in found
        finally:
            session.execute(f"DROP DATABASE {used}")


@contextmanager
def mariadb_session(database: Database) -> Iterator[Any]:
    """A cursor of a connection that stays open."""
    place = {"host": database.host, "port": database.port, "user": database.user}
    with pymysql.connect(**place) as connection, connection.cursor() as cursor:
        yield cursor
