"""What verification and a failing migration leave behind, and what the verdict says of it."""

import json
import re
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import (
    ASYNC_ENV,
    SYNC_ENV,
    USERS_MODEL,
    AlembicProject,
    users_project,
)
from tests.support.projects.kits import ALEMBIC, Kit, Project
from tests.support.projects.steps import Change, Python, Sql, Step

NICKNAME = '\nusers.append_column(sa.Column("nickname", sa.String(20)))\n'
NAME = '\nusers.append_column(sa.Column("name", sa.String(50)))\n'

FAILURES: dict[str, Step] = {
    "sql": Sql("SELECT nothing FROM nowhere"),
    "python": Python('raise ValueError("no such thing")'),
    "exit": Python("raise SystemExit(0)"),
}

AFTER_COMMIT = {"BOOTCTL__VERIFY__BEFORE_COMMIT": "false"}


@pytest.fixture(params=["sqlite", "postgresql"])
def transactional(request: pytest.FixtureRequest) -> Database:
    """An empty database that rolls DDL back."""
    database: Database = request.getfixturevalue(request.param)
    database.execute("SELECT 1")  # makes the file of an SQLite database
    return database


def drifting(root: Path, database: Database, kit: Kit = ALEMBIC) -> Project:
    """A project whose model has a column that no migration makes."""
    project = kit.project(root, database)
    project.models("nickname")
    return project


def stopped_by_drift(root: Path, env: dict[str, str] | None = None) -> Result:
    result = bootctl("migrate", cwd=root, env=env)
    assert result.code == 20, result.stderr
    assert result.verdict["stage"] == "verify"
    assert "missing column users.nickname" in result.verdict["message"]
    assert [line["object"] for line in result.events("verify.drift")] == ["users.nickname"]
    return result


def test_drift_leaves_a_fresh_database_fresh(
    tmp_path: Path, transactional: Database, kit: Kit
) -> None:
    drifting(tmp_path, transactional, kit)
    before = transactional.dump()
    result = stopped_by_drift(tmp_path)
    assert transactional.dump() == before
    assert "the database is as it was before" in result.verdict["message"]
    assert not result.events("migrate.applied")


def test_drift_leaves_an_earlier_revision_as_it_was(
    tmp_path: Path, transactional: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, transactional)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    transactional.execute("INSERT INTO users (id, email) VALUES (1, 'a@example.org')")
    project.models("name", "nickname")
    project.migration("a2", "a1", Change.ADD_NAME)
    project.migration("a3", "a2", Change.CREATE_POSTS)
    before = without_sequences(transactional)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 20
    assert without_sequences(transactional) == before
    assert not result.events("migrate.applied")


def without_sequences(database: Database) -> str:
    """A dump without the values of PostgreSQL's sequences, which no rollback takes back."""
    return re.sub(r"setval\(.*", "", database.dump())


def test_drift_on_mariadb_says_what_stays_applied(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = drifting(tmp_path, mariadb, kit)
    project.models("name", "nickname")
    project.migration("a2", "a1", Change.ADD_NAME)
    result = stopped_by_drift(tmp_path)
    both = f"{kit.revision('a1')}, {kit.revision('a2')}"
    assert f"these migrations stay applied: {both}" in result.verdict["message"]
    assert not result.events("verify.before_commit")
    assert mariadb.tables() == {"users", kit.ledger}

    started = bootctl("run", "--", "true", cwd=tmp_path)
    assert started.code == 20
    assert not started.events("exec")
    assert "stay applied" not in started.verdict["message"]


def test_how_long_locks_were_held_is_logged(
    tmp_path: Path, transactional: Database, kit: Kit
) -> None:
    kit.project(tmp_path, transactional)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [event] = result.events("verify.before_commit")
    assert event["locks_held_ms"] >= 0


def test_verification_after_the_commit(tmp_path: Path, transactional: Database, kit: Kit) -> None:
    kit.project(tmp_path, transactional)
    result = bootctl("migrate", cwd=tmp_path, env=AFTER_COMMIT)
    assert result.code == 0, result.stderr
    assert result.events("verify.clean")
    assert not result.events("verify.before_commit")


def test_drift_after_the_commit_says_what_stays_applied(
    tmp_path: Path, transactional: Database, kit: Kit
) -> None:
    drifting(tmp_path, transactional, kit)
    result = stopped_by_drift(tmp_path, AFTER_COMMIT)
    stayed = f"these migrations stay applied: {kit.revision('a1')}"
    assert stayed in result.verdict["message"]
    assert not result.events("verify.before_commit")
    assert transactional.tables() == {"users", kit.ledger}


def test_drift_with_a_transaction_for_each_migration_says_what_stays_applied(
    tmp_path: Path, postgresql: Database
) -> None:
    drifting(tmp_path, postgresql)
    AlembicProject(tmp_path).env(options="transaction_per_migration=True")
    result = stopped_by_drift(tmp_path)
    assert "these migrations stay applied: a1" in result.verdict["message"]
    assert postgresql.tables() == {"users", "alembic_version"}


def test_drift_after_an_autocommit_block_says_what_stays_applied(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.models(USERS_MODEL + 'sa.Index("ix_email", users.c.email)\n' + NICKNAME)
    project.migration(
        "a2",
        "a1",
        """\
        with op.get_context().autocommit_block():
            op.create_index("ix_email", "users", ["email"], postgresql_concurrently=True)
        """,
    )
    result = stopped_by_drift(tmp_path)
    assert "these migrations stay applied: a2" in result.verdict["message"]
    assert postgresql.execute("SELECT version_num FROM alembic_version") == [("a2",)]


def failing(root: Path, database: Database, failure: str, kit: Kit = ALEMBIC) -> Project:
    """A project whose second migration fails after its first statement."""
    project = kit.project(root, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME, FAILURES[failure])
    return project


def stopped_by_failure(root: Path, kit: Kit = ALEMBIC) -> Result:
    result = bootctl("migrate", cwd=root)
    assert result.code == 14, result.stderr
    assert result.verdict["revision"] == kit.revision("a2")
    assert result.verdict["file"] == kit.file("a2")
    assert kit.file("a2") in result.verdict["message"]
    assert "traceback" not in result.verdict
    return result


def assert_places(root: Path, result: Result, kit: Kit = ALEMBIC) -> None:
    """The line that failed is named."""
    line = result.verdict["line"]
    source = (root / kit.file("a2")).read_text().splitlines()[line - 1].strip()
    assert any(failure.text in source for failure in FAILURES.values())
    assert f"{kit.file('a2')}:{line}" in result.verdict["message"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_migration_leaves_the_database_as_it_was(
    tmp_path: Path, transactional: Database, failure: str, kit: Kit
) -> None:
    failing(tmp_path, transactional, failure, kit)
    before = transactional.dump()
    result = stopped_by_failure(tmp_path, kit)
    # The ORM executes the SQL of a Tortoise migration after the file's own code has run.
    if kit is ALEMBIC or failure != "sql":
        assert_places(tmp_path, result, kit)
    assert transactional.dump() == before
    assert "the database is as it was before" in result.verdict["message"]
    assert not result.events("migrate.applied")


def test_a_failing_migration_on_mariadb_says_what_stays(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    failing(tmp_path, mariadb, "sql", kit)
    result = stopped_by_failure(tmp_path, kit)
    stayed = f"these migrations stay applied: {kit.revision('a1')}"
    assert stayed in result.verdict["message"]
    assert "cannot roll back" in result.verdict["message"]  # the column of a2 stays too
    assert "as it was before" not in result.verdict["message"]
    applied = [line["revision"] for line in result.events("migrate.applied")]
    assert applied == [kit.revision("a1")]


def test_the_first_migration_failing_half_way_on_mariadb(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, mariadb)
    project.migration("a1", None, Change.CREATE_USERS, FAILURES["python"])
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    assert "cannot roll back" in result.verdict["message"]
    assert mariadb.tables() >= {"users"}


def test_a_migration_failing_after_an_autocommit_block_is_not_called_rolled_back(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration(
        "a2",
        "a1",
        """\
        with op.get_context().autocommit_block():
            op.create_index("ix_email", "users", ["email"], postgresql_concurrently=True)
        raise ValueError("no such thing")
        """,
    )
    before = postgresql.dump()
    result = stopped_by_failure(tmp_path)
    assert_places(tmp_path, result)
    assert postgresql.dump() != before
    assert "as it was before" not in result.verdict["message"]


def test_mode_off_says_that_nothing_is_verified(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    drifting(tmp_path, sqlite, kit)
    result = bootctl("run", "--", "true", cwd=tmp_path, env={"BOOTCTL__VERIFY__MODE": "off"})
    assert result.code == 0, result.stderr
    [skipped] = result.events("verify.skipped")
    assert skipped["level"] == "warning"
    assert not result.events("verify.clean")
    assert sqlite.tables() == {"users", kit.ledger}


@pytest.mark.parametrize(("pattern", "code"), [("users.nick*", 0), ("posts.*", 20)])
def test_ignored_objects_are_accepted(
    tmp_path: Path, sqlite: Database, kit: Kit, pattern: str, code: int
) -> None:
    drifting(tmp_path, sqlite, kit)
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__VERIFY__IGNORE": pattern})
    assert result.code == code, result.stderr
    if code == 0:
        [clean] = result.events("verify.clean")
        assert "users.nickname" in clean["accepted"][0]


def test_a_baseline_accepts_what_a_check_reported(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.models("nickname")
    report = bootctl("check", "--format", "json", cwd=tmp_path)
    assert report.code == 20
    assert not json.loads(report.stdout)["clean"]
    project.write("baseline.json", report.stdout)

    accepting = {"BOOTCTL__VERIFY__BASELINE": "baseline.json"}
    assert bootctl("migrate", cwd=tmp_path, env=accepting).code == 0
    project.models("nickname", "name")
    more = bootctl("migrate", cwd=tmp_path, env=accepting)
    assert more.code == 20
    assert more.verdict["differences"] == ["missing column users.name (VARCHAR(50))"]


def test_a_file_that_is_no_baseline(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.write("baseline.json", "[1, 2]")
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__VERIFY__BASELINE": "baseline.json"})
    assert result.code == 3
    assert "baseline.json" in result.verdict["message"]
    assert sqlite.tables() == set()


FOREIGN_KEYS = """
from sqlalchemy import Engine, event


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection, record):
    connection.execute("PRAGMA foreign_keys=ON")
"""

POSTS_MODEL = """
posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
)
"""

CREATE_POSTS_OF_USERS = """\
op.create_table(
    "posts",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
)
"""

RECREATE_USERS = """\
op.execute("PRAGMA foreign_keys=OFF")
with op.batch_alter_table("users", recreate="always") as batch:
    batch.add_column(sa.Column("name", sa.String(50)))
"""


def posts_project(root: Path, sqlite: Database) -> AlembicProject:
    """Users with posts that are deleted with them; foreign keys are enforced. Migrated."""
    project = users_project(root, sqlite.sync_url)
    project.env(top=FOREIGN_KEYS)
    project.models(USERS_MODEL + POSTS_MODEL)
    project.migration("a2", "a1", CREATE_POSTS_OF_USERS)
    assert bootctl("migrate", cwd=root).code == 0
    sqlite.execute("INSERT INTO users (id, email) VALUES (1, 'a@example.org')")
    sqlite.execute("INSERT INTO posts (id, user_id) VALUES (1, 1), (2, 1)")
    return project


def test_a_batch_migration_does_not_delete_the_rows_that_refer_to_it(
    tmp_path: Path, sqlite: Database
) -> None:
    project = posts_project(tmp_path, sqlite)
    project.models(USERS_MODEL + NAME + POSTS_MODEL)
    project.migration("a3", "a2", RECREATE_USERS + 'op.execute("PRAGMA foreign_keys=ON")\n')
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.events("migrate.stepwise")
    assert not result.events("verify.before_commit")
    assert [line["revision"] for line in result.events("migrate.applied")] == ["a3"]
    assert sqlite.execute("SELECT count(*) FROM users") == [(1,)]
    assert sqlite.execute("SELECT count(*) FROM posts") == [(2,)]


def test_a_stepwise_migration_that_fails_is_not_called_rolled_back(
    tmp_path: Path, sqlite: Database
) -> None:
    project = posts_project(tmp_path, sqlite)
    project.migration("a3", "a2", RECREATE_USERS + FAILURES["python"].text)
    before = sqlite.dump()
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    unchanged = sqlite.dump() == before
    assert ("as it was before" in result.verdict["message"]) == unchanged
    assert sqlite.execute("SELECT count(*) FROM posts") == [(2,)]


SECOND_CONNECTION = """\
with op.get_bind().engine.connect() as other:
    count = len(other.execute(sa.text("SELECT email FROM users")).all())
op.execute(f"INSERT INTO users (email) VALUES ('{count}@example.org')")
"""
IN_ENV = """
registry = engine_from_config(
    context.config.get_section("alembic"), prefix="sqlalchemy."
).connect()
registry.exec_driver_sql("SELECT 1")
"""


@pytest.mark.parametrize("where", ["migration", "async migration", "env.py"])
def test_a_second_connection_to_the_sqlite_file_waits_for_no_transaction(
    tmp_path: Path, sqlite: Database, where: str
) -> None:
    if where == "async migration":
        project = users_project(tmp_path, sqlite.async_url, ASYNC_ENV)
    else:
        project = users_project(tmp_path, sqlite.sync_url)
    if where == "env.py":
        project.env(top=IN_ENV)
    project.migration("a2", "a1", SECOND_CONNECTION)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [told] = result.events("migrate.stepwise")
    assert "connects to the SQLite file a second time" in told["message"]
    assert sqlite.execute("SELECT email FROM users") == [("0@example.org",)]


def test_a_step_that_needs_no_transaction_on_sqlite(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.migration(
        "a2",
        "a1",
        """\
        with op.get_context().autocommit_block():
            op.execute("VACUUM")
        """,
    )
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr


SWALLOWING_ENV = SYNC_ENV.replace(
    "            context.run_migrations()\n",
    "            try:\n"
    "                context.run_migrations()\n"
    "            except Exception:\n"
    "                pass\n",
)


EXITING_ENV = SWALLOWING_ENV.replace(
    "                pass\n", "                raise SystemExit(1)\n"
)


@pytest.mark.parametrize("failure", ["sql", "python"])
def test_a_failure_that_env_swallows_is_still_one(
    tmp_path: Path, transactional: Database, failure: str
) -> None:
    failing(tmp_path, transactional, failure)
    AlembicProject(tmp_path).env(SWALLOWING_ENV)
    before = transactional.dump()
    assert_places(tmp_path, stopped_by_failure(tmp_path))
    assert transactional.dump() == before


def test_drift_that_env_swallows_is_still_drift(tmp_path: Path, transactional: Database) -> None:
    drifting(tmp_path, transactional)
    AlembicProject(tmp_path).env(SWALLOWING_ENV)
    before = transactional.dump()
    stopped_by_drift(tmp_path)
    assert transactional.dump() == before


def test_drift_is_named_where_env_ends_the_process(tmp_path: Path, sqlite: Database) -> None:
    drifting(tmp_path, sqlite)
    AlembicProject(tmp_path).env(EXITING_ENV)
    stopped_by_drift(tmp_path)
    assert sqlite.tables() == set()


def test_sql_before_the_configuration_is_named(tmp_path: Path, transactional: Database) -> None:
    project = users_project(tmp_path, transactional.sync_url)
    project.env(top="import sqlalchemy as sa", before='connection.execute(sa.text("SELECT 1"))')
    before = transactional.dump()
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    assert "context.configure()" in result.verdict["hint"]
    assert result.verdict["pending"] == ["a1"]
    assert transactional.dump() == before


def test_sql_before_the_configuration_on_mariadb_is_not_called_uncommitted(
    tmp_path: Path, mariadb: Database
) -> None:
    project = users_project(tmp_path, mariadb.sync_url)
    project.env(top="import sqlalchemy as sa", before='connection.execute(sa.text("SELECT 1"))')
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    assert "context.configure()" in result.verdict["hint"]
    assert "users" in mariadb.tables()
    assert "nothing was committed" not in result.verdict["message"]
