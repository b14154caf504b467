"""The ledger: a row for each migration, in the transaction of its own row in the version table."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bootctl as package
from bootctl.project.source_files import checksum
from tests.support.databases.fresh import Database
from tests.support.databases.ledger import has_ledger, key, ledger, recorded, scope, warnings
from tests.support.processes.forked import bootctl, run
from tests.support.projects.alembic import CREATE_USERS, SYNC_ENV, users_project
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Change, Python, Sql
from tests.support.projects.tortoise_shapes import BLOG_FILES, both, two_apps
from tests.support.scenarios.ten_alembic_migrations import TEMPLATE

FAILING = Python('raise ValueError("no such thing")')

ENDS_BEFORE_THE_COMMIT = """
import os
import signal

from bootctl.ledger.ledger import Ledger

record = Ledger.record


def record_and_end(*args, **kw):
    record(*args, **kw)
    os.kill(os.getpid(), signal.SIGKILL)


Ledger.record = record_and_end
"""


def test_every_migration_has_a_row(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, database)
    project.migration("a2", "a1", Change.ADD_NAME)
    project.models("name")
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('\n[project]\nname = "app"\nversion = "1.2.3"\n')
    assert bootctl("migrate", cwd=tmp_path).code == 0
    rows = ledger(database)
    assert [row["revision"] for row in rows] == [key(kit, "a1"), key(kit, "a2")]
    assert [json.loads(row["parents"]) for row in rows] == [[], [key(kit, "a1")]]
    assert [row["file"] for row in rows] == [kit.file("a1"), kit.file("a2")]
    assert [row["checksum"] for row in rows] == [
        checksum(tmp_path / kit.file(name)) for name in ("a1", "a2")
    ] or kit is AERICH  # which leaves out what does not count
    for row in rows:
        assert row["scope"] == scope(kit)
        assert len(row["checksum"]) == 64
        assert 0 <= row["duration_ms"] < 60_000
        assert row["code_version"] == "1.2.3"
        assert row["bootctl_version"] == package.__version__
        applied_at = datetime.fromisoformat(str(row["applied_at"])).replace(tzinfo=UTC)
        assert timedelta(0) <= datetime.now(UTC) - applied_at < timedelta(minutes=1)


def test_no_secret_gets_into_it(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    url = kit.url(postgresql).replace(f"{postgresql.user}@", f"{postgresql.user}:w0rd-of-honour@")
    project = kit.project(tmp_path, url)
    project.migration("a2", "a1", Sql("INSERT INTO users (email) VALUES ('w0rd-of-honour')"))
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert len(ledger(postgresql)) == 2
    assert "w0rd" not in str(ledger(postgresql))


def test_a_failing_migration_leaves_no_row(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, database)
    project.migration("a2", "a1", Change.ADD_NAME, FAILING)
    assert bootctl("migrate", cwd=tmp_path).code == 14
    if database.kind == "mariadb":
        assert [row["revision"] for row in ledger(database)] == [key(kit, "a1")]
    else:
        assert not has_ledger(database)


def test_both_rows_are_there_or_neither(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, database)
    project.configure(top=ENDS_BEFORE_THE_COMMIT)
    assert bootctl("migrate", cwd=tmp_path).code == -9
    if database.kind == "mariadb":
        assert recorded(database, kit) == ledger(database) == []
    else:
        assert database.tables() == set()
        assert not has_ledger(database)


def opted_out(kit: Kit, root: Path, database: Database) -> None:
    """A project whose migration commits as it goes."""
    kit.project(root, database)
    path = root / kit.file("a1")
    text = path.read_text().replace("RUN_IN_TRANSACTION = True", "RUN_IN_TRANSACTION = False")
    path.write_text(text.replace("    initial = True", "    initial = True\n    atomic = False"))


@both
def test_a_migration_that_commits_as_it_goes_has_a_row(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    opted_out(kit, tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert [row["revision"] for row in ledger(database)] == recorded(database, kit)


@both
def test_both_rows_of_a_migration_that_commits_as_it_goes_are_there_or_neither(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    opted_out(kit, tmp_path, database)
    settings = tmp_path / "settings.py"
    settings.write_text(ENDS_BEFORE_THE_COMMIT + settings.read_text())
    assert bootctl("migrate", cwd=tmp_path).code == -9
    assert "users" in database.tables()
    assert recorded(database, kit) == []
    assert not has_ledger(database) or ledger(database) == []


@pytest.mark.parametrize("kit", [ALEMBIC, AERICH], ids=lambda kit: kit.name)
def test_making_the_table_commits_nothing_of_a_migration(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, mariadb)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    mariadb.execute("DROP TABLE bootctl_ledger")
    insert = Sql("INSERT INTO users (email) VALUES ('a@example.org')")
    project.migration("a2", "a1", insert, Sql("SELECT nothing FROM nowhere"))
    assert bootctl("migrate", cwd=tmp_path).code == 14
    assert mariadb.execute("SELECT count(*) FROM users") == [(0,)]

    project.migration("a2", "a1", insert)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert mariadb.execute("SELECT count(*) FROM users") == [(1,)]
    assert [row["revision"] for row in ledger(mariadb)] == [key(kit, "a2")]


def test_a_transaction_of_env_is_not_committed_for_the_ledger(
    tmp_path: Path, mariadb: Database
) -> None:
    project = users_project(tmp_path, mariadb.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    mariadb.execute("DROP TABLE bootctl_ledger")
    insert = "connection.execute(sa.text(\"INSERT INTO users (email) VALUES ('a@example.org')\"))"
    project.env(top="import sqlalchemy as sa", before=insert)
    project.migration("a2", "a1", 'raise ValueError("no such thing")')
    assert bootctl("migrate", cwd=tmp_path).code == 14
    assert mariadb.execute("SELECT count(*) FROM users") == [(0,)]
    assert not has_ledger(mariadb)


AUTOCOMMIT_ENV = SYNC_ENV.replace(
    "poolclass=pool.NullPool", 'poolclass=pool.NullPool, isolation_level="AUTOCOMMIT"'
)
OWN_BLOCK = "with op.get_context().autocommit_block():\n    op.execute('SELECT 1')\n" + CREATE_USERS
PRAGMA = 'op.execute("PRAGMA foreign_keys=OFF")\n' + CREATE_USERS


@pytest.mark.parametrize(
    ("kind", "template", "options", "body"),
    [
        ("postgresql", AUTOCOMMIT_ENV, "", CREATE_USERS),
        ("postgresql", SYNC_ENV, "", OWN_BLOCK),
        ("postgresql", SYNC_ENV, "transaction_per_migration=True", CREATE_USERS),
        ("mariadb", AUTOCOMMIT_ENV, "", CREATE_USERS),
        ("sqlite", SYNC_ENV, "", PRAGMA),
    ],
    ids=["autocommit", "block", "each", "autocommit-mariadb", "stepwise"],
)
def test_alembic_outside_of_one_transaction(
    tmp_path: Path,
    fresh_database: Callable[[str], Database],
    kind: str,
    template: str,
    options: str,
    body: str,
) -> None:
    database = fresh_database(kind)
    project = users_project(tmp_path, database.sync_url)
    project.env(template, options=options)
    project.migration("a1", None, body)
    assert warnings(tmp_path, "migrate") == []
    assert [row["revision"] for row in ledger(database)] == ["a1"]
    assert warnings(tmp_path, "check") == []


@pytest.mark.parametrize("given", ["seen", "[seen, seen]"])
def test_the_user_s_own_callbacks_are_called(tmp_path: Path, sqlite: Database, given: str) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    seen = 'def seen(**kw):\n    print("applied", kw["step"].up_revision_id)\n'
    project.env(top=seen, options=f"on_version_apply={given}")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    said = [line["message"] for line in result.events("migrate.output")]
    assert said == ["applied a1"] * (2 if given != "seen" else 1)
    assert len(ledger(sqlite)) == 1


def test_it_is_in_the_schema_of_the_version_table(tmp_path: Path, postgresql: Database) -> None:
    postgresql.execute('CREATE SCHEMA "Own"')
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(options='version_table_schema="Own", include_schemas=True')
    assert warnings(tmp_path, "migrate") == warnings(tmp_path, "check") == []
    [row] = ledger(postgresql, '"Own".')
    assert row["scope"] == "Own.alembic_version"


@both
def test_each_app_has_its_own_rows(tmp_path: Path, database: Database, kit: Kit) -> None:
    two_apps(kit, tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    rows = {row["scope"]: row for row in ledger(database)}
    assert rows.keys() == {f"{kit.ledger}:models", f"{kit.ledger}:blog"}
    assert rows[f"{kit.ledger}:blog"]["file"] == BLOG_FILES[kit.name]
    assert {row["parents"] for row in rows.values()} == {"[]"}


@both
@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_the_ledger_is_beside_the_version_table(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    first, last = fresh_database(kind), fresh_database(kind)
    two_apps(kit, tmp_path, first, last)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    count = [len(ledger(item)) if has_ledger(item) else 0 for item in (first, last)]
    assert count == ([1, 1] if kit is TORTOISE else [2, 0])


@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_alembic_s_own_commands_do_not_see_the_ledger(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    project = users_project(tmp_path, database.sync_url)
    project.write("migrations/script.py.mako", TEMPLATE)
    project.env(options="include_schemas=True" if kind == "postgresql" else "")
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert has_ledger(database)
    checked = run("alembic", "check", cwd=tmp_path)
    assert checked.code == 0, checked.stdout + checked.stderr
    assert "bootctl" not in checked.stdout + checked.stderr
    made = run("alembic", "revision", "--autogenerate", "-m", "nothing", cwd=tmp_path)
    assert made.code == 0, made.stderr
    [path] = (tmp_path / "migrations" / "versions").glob("*_nothing.py")
    assert "op." not in path.read_text().partition("def upgrade")[2]
