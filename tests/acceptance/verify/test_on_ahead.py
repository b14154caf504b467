"""A rollback: older code on a database that newer migrations have changed."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import environment
from tests.support.projects.alembic import AlembicProject, engines_project
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.support.projects.steps import Change, Python, Sql, Step
from tests.support.scenarios import hand_made_changes
from tests.support.scenarios.image_rollback import (
    COMPATIBLE,
    UNVERIFIED,
    refused,
    roll_back,
    rolled_back,
    started,
)
from tests.support.scenarios.ten_alembic_migrations import alembic_chain
from tests.support.scenarios.ten_tortoise_migrations import aerich_chain, native_chain

EXPAND: tuple[Step, ...] = (
    Change.ADD_NAME,
    Change.CREATE_POSTS,
    Sql("ALTER TABLE users ADD COLUMN level INTEGER DEFAULT 1 NOT NULL"),
    Sql("CREATE INDEX ix_users_email ON users (email)"),
    Sql("CREATE UNIQUE INDEX ux_users_name ON users (name)"),
)

CONTRACT = {
    "sqlite": (
        Sql("DROP TABLE users"),
        Sql(
            "CREATE TABLE users "
            "(id INTEGER NOT NULL PRIMARY KEY, email INTEGER NOT NULL, level INTEGER NOT NULL)"
        ),
    ),
    "postgresql": (
        Sql("ALTER TABLE users DROP COLUMN name"),
        Sql("ALTER TABLE users ALTER COLUMN email TYPE INTEGER USING 0"),
        Sql("ALTER TABLE users ADD COLUMN level INTEGER NOT NULL"),
    ),
    "mariadb": (
        Sql("ALTER TABLE users DROP COLUMN name"),
        Sql("ALTER TABLE users MODIFY email INTEGER NOT NULL"),
        Sql("ALTER TABLE users ADD COLUMN level INTEGER NOT NULL"),
    ),
}


def test_older_code_starts_where_all_that_it_needs_is_there(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    rolled_back(tmp_path, database, kit, *EXPAND)
    verdict = refused(tmp_path, database, {}).verdict
    assert "BOOTCTL__MIGRATE__ON_AHEAD=compatible" in verdict["hint"]

    [event] = started(tmp_path, database).events("verify.compatible")
    assert event["level"] == "warning"
    assert event["unknown"] == [kit.revision("a9")]
    assert kit.revision("a9") in event["message"]
    told = " ".join(event["differences"])
    for name in ("posts", "users.name", "users.level", "ix_users_email", "ux_users_name"):
        assert name in told
    assert event["accepted"] == []

    migrated = bootctl("migrate", cwd=tmp_path, env=COMPATIBLE)
    assert migrated.code == 0, migrated.stderr
    assert "ahead of" in migrated.events("migrate.done")[0]["message"]


def test_a_newer_migration_of_data_only(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    rolled_back(tmp_path, sqlite, kit, Sql("UPDATE users SET email = 'none'"))
    [event] = started(tmp_path, sqlite).events("verify.compatible")
    assert event["differences"] == []


def test_older_code_does_not_start_where_something_is_gone_or_required(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    roll_back(tmp_path, project.migration("a9", "a2", *CONTRACT[database.kind]))

    verdict = refused(tmp_path, database).verdict
    assert verdict["direction"] == "ahead"
    assert verdict["unknown"] == [kit.revision("a9")]
    assert "two steps" in verdict["hint"]
    for said in (
        "missing column users.name (VARCHAR(50)): the models need it",
        "changed type users.email",
        "unexpected column users.level (INTEGER): it takes no NULL and has no default",
    ):
        assert said in verdict["message"]
        assert any(said in item for item in verdict["incompatible"])
    assert len(verdict["incompatible"]) == 3

    before = database.dump()
    assert bootctl("migrate", cwd=tmp_path, env=COMPATIBLE).code == 15
    assert database.dump() == before


def test_looking_says_what_it_did(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    rolled_back(tmp_path, sqlite, kit, *EXPAND)
    for command, code in (("check", 15), ("migrate --plan", 15), ("migrate --sql", 15)):
        plain = bootctl(*command.split(), cwd=tmp_path)
        result = bootctl(*command.split(), cwd=tmp_path, env=COMPATIBLE)
        assert result.code == plain.code == code
        assert result.verdict["message"] == plain.verdict["message"]
        assert result.stdout == plain.stdout


def test_without_a_comparison_there_is_no_evidence(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    rolled_back(tmp_path, sqlite, kit, Change.CREATE_POSTS)
    verdict = refused(tmp_path, sqlite, {**COMPATIBLE, **UNVERIFIED}).verdict
    assert "not compared" in verdict["message"]
    assert "BOOTCTL__VERIFY__MODE" in verdict["hint"]


def test_a_database_that_has_diverged_is_refused(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = rolled_back(tmp_path, sqlite, kit, Change.CREATE_POSTS)
    project.migration("a2", "a1", Change.ADD_NAME)
    if kit is ALEMBIC:  # its table has only the newest: a second head says what else was applied
        sqlite.execute("INSERT INTO alembic_version VALUES ('a1')")
    verdict = refused(tmp_path, sqlite).verdict
    assert verdict["direction"] == "diverged"


def test_accepted_differences_do_not_count(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    rolled_back(tmp_path, sqlite, kit, Sql("CREATE UNIQUE INDEX ux_email ON users (email)"))
    assert "ux_email" in refused(tmp_path, sqlite).verdict["message"]
    result = started(tmp_path, sqlite, BOOTCTL__VERIFY__IGNORE="users.ux_email")
    [event] = result.events("verify.compatible")
    assert "ux_email" in event["accepted"][0]


def test_models_that_the_newer_migrations_do_not_make_either(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = rolled_back(tmp_path, sqlite, kit, Change.CREATE_POSTS)
    project.models("nickname")
    assert "missing column users.nickname" in refused(tmp_path, sqlite).verdict["message"]


def test_rows_that_init_db_has_written_are_refused(tmp_path: Path, sqlite: Database) -> None:
    rolled_back(tmp_path, sqlite, AERICH, Change.CREATE_POSTS)
    sqlite.execute("UPDATE aerich SET version = '9_20260101000000_None.py' WHERE version LIKE '9%'")
    before = sqlite.dump()
    result = bootctl("run", "--", "echo", "served", cwd=tmp_path, env=COMPATIBLE)
    assert result.code == 20
    assert "init-db" in result.verdict["message"]
    assert sqlite.dump() == before


@pytest.mark.slow
def test_what_a_newer_image_still_changes_is_judged_when_it_is_done(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    older = kit.project(tmp_path / "older", mariadb)
    newer = kit.project(tmp_path / "newer", mariadb)
    newer.migration("a2", "a1", Change.CREATE_POSTS)
    slow = Python("import time\ntime.sleep(2)")
    newer.migration("a3", "a2", slow, Sql("ALTER TABLE users DROP COLUMN email"))
    migrating = subprocess.Popen(
        [sys.executable, "-m", "bootctl", "migrate"], cwd=newer.root, env=environment(UNVERIFIED)
    )
    try:
        while "posts" not in mariadb.tables():
            assert migrating.poll() is None
            time.sleep(0.05)
        result = bootctl("migrate", cwd=older.root, env=COMPATIBLE)
    finally:
        assert migrating.wait(timeout=30) == 0
    assert result.code == 15, result.stderr
    assert result.events("lock.acquired")
    assert "missing column users.email" in result.verdict["message"]


@pytest.fixture
def two(tmp_path: Path, fresh_database: Callable[[str], Database]) -> tuple[Database, Database]:
    """The migrated databases of one Alembic project, the first of them ahead of it."""
    first, second = fresh_database("sqlite"), fresh_database("sqlite")
    engines_project(tmp_path, first.sync_url, second.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    first.execute("UPDATE alembic_version SET version_num = 'newer'")
    first.execute("CREATE TABLE more (id INTEGER NOT NULL PRIMARY KEY)")
    return first, second


def test_one_of_two_databases_is_ahead(tmp_path: Path, two: tuple[Database, Database]) -> None:
    first, second = two
    result = bootctl("migrate", cwd=tmp_path, env=COMPATIBLE)
    assert result.code == 0, result.stderr
    assert result.events("verify.clean")
    [event] = result.events("verify.compatible")
    assert first.name in event["target"]

    second.execute("CREATE TABLE more (id INTEGER NOT NULL PRIMARY KEY)")
    assert bootctl("migrate", cwd=tmp_path, env=COMPATIBLE).code == 20


def test_nothing_is_migrated_where_one_of_two_databases_is_ahead(
    tmp_path: Path, two: tuple[Database, Database]
) -> None:
    first, second = two
    body = "def upgrade(engine_name):\n    pass\n"
    AlembicProject(tmp_path).write(
        "migrations/versions/a2.py", f"revision = 'a2'\ndown_revision = 'a1'\n\n\n{body}"
    )
    before = second.dump()
    refused(tmp_path, first)
    assert second.dump() == before


BACKENDS = {
    "alembic": (
        alembic_chain,
        hand_made_changes.ALEMBIC_MODELS,
        "UPDATE alembic_version SET version_num = 'newer'",
    ),
    "aerich": (
        aerich_chain,
        hand_made_changes.TORTOISE_MODELS,
        "INSERT INTO aerich (version, app, content) VALUES ('9_newer.py', 'models', '{}')",
    ),
    "tortoise": (
        native_chain,
        hand_made_changes.TORTOISE_MODELS,
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        "VALUES ('models', '0009_newer', CURRENT_TIMESTAMP)",
    ),
}

INCOMPATIBLE = [
    "missing table tags",
    "missing column users.fax",
    "changed type users.phone",
    "changed type users.weight",
    "changed nullability users.city",
    "changed nullability users.born",
    "changed default users.level",
    "missing index posts (slug)",
    "missing index posts (code)",
    "unexpected index posts (code, lang)",
    "unexpected index posts (token)",
    "unexpected foreign key posts (owner_id)",
    "missing foreign key posts (author_id)",
    "unexpected foreign key posts (author_id)",
    "missing foreign key posts (editor_id)",
]


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_each_sort_of_change_is_judged(tmp_path: Path, database: Database, backend: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    make, models, record = BACKENDS[backend]
    make(root, database, models).make("create")
    migrated = bootctl("migrate", cwd=root)
    assert migrated.code == 0, migrated.stderr
    database.execute(record)
    started(root, database)

    hand_made_changes.change(database)
    verdict = refused(root, database).verdict
    assert sorted(map(summary, verdict["incompatible"])) == sorted(INCOMPATIBLE)


def summary(incompatible: str) -> str:
    """As ``hand_made.DIFFERENCES`` has it."""
    key = re.match(r"(.*) posts(?:\.\w+)? \(([^()]*?)(?: ->.*)?\)", incompatible)
    if key:
        return f"{key[1].replace('constraint', 'index')} posts ({key[2]})"
    return incompatible.partition(" (")[0].partition(":")[0]
