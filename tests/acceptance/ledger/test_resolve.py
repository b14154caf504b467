"""``bootctl resolve``: the ways out that a verdict names, taken by name."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.ledger.test_dirty_leftovers import BATCH, EMAILS, KILL
from tests.support.databases.fresh import Database
from tests.support.databases.ledger import key, recorded
from tests.support.processes.forked import bootctl, run
from tests.support.processes.spawned import Result
from tests.support.processes.terminals import session
from tests.support.projects.alembic import SYNC_ENV, users_project
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Change
from tests.support.scenarios.half_applied import (
    DOWN,
    FAILING,
    IGNORE,
    UP,
    boot,
    dirty,
    migrated,
    stop_half_way,
    write,
)

IN_LONG_SUITE = (
    "half_way[aerich-forward",
    "in_the_middle[forward-ALTER",
    "half_an_index[alembic-back",
    "not_recorded[mariadb-forward",
    "finished_by_hand",
)
Env = Mapping[str, str]


def resolved(root: Path, *words: str, code: int = 0, env: Env = IGNORE) -> Result:
    """How ``bootctl resolve --yes`` ends."""
    result = bootctl("resolve", *words, "--yes", cwd=root, env=env)
    assert result.code == code, result.stderr + result.stdout
    return result


def notes(database: Database) -> list[dict[str, Any]]:
    """What the ledger has of what was resolved."""
    rows = database.execute(
        "SELECT statements FROM bootctl_ledger WHERE scope LIKE 'resolved:%' ORDER BY revision"
    )
    return [json.loads(row[0]) for row in rows]


def half_way(kit: Kit, root: Path, database: Database, *down: str) -> None:
    """A migration of ``UP`` that has stopped after its third statement."""
    project = migrated(kit, root, database)
    stop_half_way(kit, project)
    write(kit, project, UP, down or DOWN)


def is_at_head(kit: Kit, root: Path, database: Database) -> None:
    """A boot ends well, and all of ``UP`` is there once."""
    result = boot(root)
    assert result.code == 0, result.stderr
    assert recorded(database, kit)[-1] == key(kit, "a2")
    assert database.execute("SELECT id FROM t1") == [(1,)]
    assert database.execute("SELECT id, b FROM t2") == [(1, "a  b")]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_way(tmp_path: Path, mariadb: Database, kit: Kit, way: str) -> None:
    half_way(kit, tmp_path, mariadb)
    revision = kit.revision("a2")
    assert f"`bootctl resolve --{way} {revision}`" in dirty(kit, tmp_path)["hint"]
    done = resolved(tmp_path, f"--{way}", revision)
    [event] = done.events("resolve.done")
    assert (event["way"], event["revision"]) == (way, revision)
    [note] = notes(mariadb)
    assert (note["resolved"], note["revision"], "@" in note["by"]) == (way, revision, True)
    again = resolved(tmp_path, f"--{way}", revision)
    assert again.events("resolve.unneeded")
    if way == "back":
        assert mariadb.tables() == {"users", kit.ledger}
    else:
        assert not boot(tmp_path).events("migrate.applying")
    is_at_head(kit, tmp_path, mariadb)


@pytest.mark.slow
def test_what_is_made_only_where_there_is_none(tmp_path: Path, mariadb: Database) -> None:
    up, failing = (
        [text.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS") for text in texts]
        for texts in (UP, FAILING)
    )
    project = migrated(AERICH, tmp_path, mariadb)
    write(AERICH, project, failing)
    assert boot(tmp_path).code == 14
    write(AERICH, project, up, DOWN)
    resolved(tmp_path, "--back", AERICH.revision("a2"))
    assert mariadb.tables() == {"users", AERICH.ledger}
    is_at_head(AERICH, tmp_path, mariadb)


KILLING = """
import os, signal
import pymysql.cursors

execute = pymysql.cursors.Cursor.execute


def killed(self, query, *arguments):
    moment = os.environ.get("KILL_AT", "")
    mine = moment and query.startswith(moment)
    if mine and "KILL_AFTER" not in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
    done = execute(self, query, *arguments)
    if mine:
        os.kill(os.getpid(), signal.SIGKILL)
    return done


pymysql.cursors.Cursor.execute = killed
"""


@pytest.mark.parametrize(
    ("way", "moment", "when"),
    [
        ("back", "DROP TABLE t1", "KILL_BEFORE"),
        pytest.param("forward", "ALTER TABLE t2", "KILL_AFTER", marks=pytest.mark.slow),
        pytest.param("back", "DROP TABLE t2", "KILL_AFTER", marks=pytest.mark.slow),
        pytest.param("forward", "UPDATE alembic_version", "KILL_AFTER", marks=pytest.mark.slow),
    ],
)
def test_killed_in_the_middle(
    tmp_path: Path, mariadb: Database, way: str, moment: str, when: str
) -> None:
    project = migrated(ALEMBIC, tmp_path, mariadb)
    stop_half_way(ALEMBIC, project)
    write(ALEMBIC, project, UP, DOWN)
    project.configure(top=KILLING)
    env = {**IGNORE, "KILL_AT": moment, when: "1"}
    killed = bootctl("resolve", f"--{way}", "a2", "--yes", cwd=tmp_path, env=env)
    assert killed.code == -signal.SIGKILL, killed.stderr
    assert boot(tmp_path).code == 17
    resolved(tmp_path, f"--{way}", "a2")
    is_at_head(ALEMBIC, tmp_path, mariadb)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_way_where_a_part_is_committed(
    tmp_path: Path, postgresql: Database, kit: Kit, way: str
) -> None:
    if kit is AERICH:
        return  # its files are one statement to the server, in a transaction
    project = migrated(kit, tmp_path, postgresql)
    write(kit, project, [*UP[:3], "ALTER TABLE nowhere ADD b INT"], commits=True)
    assert boot(tmp_path).code == 14
    write(kit, project, UP, DOWN, commits=True)
    assert boot(tmp_path).code == 17
    status = json.loads(boot(tmp_path, "status", "--json").stdout)["databases"][0]
    if not status[way]:
        resolved(tmp_path, f"--{way}", kit.revision("a2"), code=17 if way == "back" else 0)
        return
    resolved(tmp_path, f"--{way}", kit.revision("a2"))
    is_at_head(kit, tmp_path, postgresql)


@pytest.mark.slow
def test_what_was_finished_by_hand_is_only_recorded(tmp_path: Path, mariadb: Database) -> None:
    half_way(ALEMBIC, tmp_path, mariadb)
    for statement in UP[3:]:
        mariadb.execute(statement)
    resolved(tmp_path, "--forward", "a2")
    is_at_head(ALEMBIC, tmp_path, mariadb)


@pytest.mark.slow
def test_what_was_undone_by_hand_is_only_forgotten(tmp_path: Path, mariadb: Database) -> None:
    half_way(ALEMBIC, tmp_path, mariadb)
    mariadb.execute("DROP TABLE t2")
    before = mariadb.dump()
    refused = resolved(tmp_path, "--back", "a2", code=17)
    assert refused.verdict["there"] == ["table t1"]
    assert mariadb.dump() == before
    mariadb.execute("DROP TABLE t1")
    resolved(tmp_path, "--back", "a2")
    is_at_head(ALEMBIC, tmp_path, mariadb)


@pytest.mark.slow
def test_a_file_that_was_edited_since(tmp_path: Path, mariadb: Database) -> None:
    project = migrated(ALEMBIC, tmp_path, mariadb)
    stop_half_way(ALEMBIC, project)
    write(ALEMBIC, project, [UP[0], "ALTER TABLE t1 ADD c INT", *UP[1:]])
    refused = resolved(tmp_path, "--back", "a2", code=17)
    assert refused.verdict["there"] == ["table t1", "table t2"]
    for statement in DOWN[2:]:
        mariadb.execute(statement)
    resolved(tmp_path, "--back", "a2")
    result = boot(tmp_path)
    assert result.code == 0, result.stderr


def edited(root: Path, database: Database) -> None:
    """A project at head, of which a file was edited since."""
    migrated(ALEMBIC, root, database)
    path = root / ALEMBIC.file("a1")
    path.write_text(path.read_text() + "\n# edited\n")


def test_without_a_terminal_it_has_to_be_confirmed(tmp_path: Path, sqlite: Database) -> None:
    edited(tmp_path, sqlite)
    before = sqlite.dump()
    result = boot(tmp_path, "resolve", "--accept", "a1")
    assert result.code == 2, result.stderr
    assert "--yes" in result.verdict["hint"]
    assert "execute    UPDATE bootctl_ledger SET checksum" in result.stdout
    assert sqlite.dump() == before
    shown = boot(tmp_path, "resolve", "--accept", "a1", "--yes", "--json")
    [item] = json.loads(shown.stdout)["databases"]
    assert item["before"] == "at-head, at a1"
    assert "was edited" in item["found"]


def test_at_a_terminal_it_is_asked(tmp_path: Path, sqlite: Database) -> None:
    edited(tmp_path, sqlite)
    before = sqlite.dump()
    for answer, code in ("n\n", 2), ("y\n", 0):
        assert sqlite.dump() == before
        with session("resolve", "--accept", "a1", cwd=tmp_path, env=IGNORE) as terminal:
            terminal.read_until("Do this now?")
            terminal.type(answer)
            assert terminal.finish() == code, terminal.text
    assert boot(tmp_path).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give one of"),
        (("--forward", "a1", "--back", "a1"), "Give one of"),
        (("--forward", "a9"), "is no revision"),
        (("--forward", "a2"), "it is pending"),
        (("--back", "a1"), "is applied"),
        (("--baseline", "a1"), ""),
        (("--baseline", "a2"), "has a version already"),
    ],
)
def test_what_cannot_be_resolved(
    tmp_path: Path, sqlite: Database, words: tuple[str, ...], said: str
) -> None:
    project = migrated(ALEMBIC, tmp_path, sqlite)
    write(ALEMBIC, project, UP)
    before = sqlite.dump()
    result = resolved(tmp_path, *words, code=2 if said else 0)
    assert said in result.stderr
    assert sqlite.dump() == before


def test_an_edited_file_is_accepted(tmp_path: Path, database: Database, kit: Kit) -> None:
    migrated(kit, tmp_path, database)
    path = tmp_path / kit.file("a1")
    path.write_text(path.read_text() + "\n# edited\n")
    revision = kit.revision("a1")
    refused = boot(tmp_path)
    assert refused.code == 16
    assert f"`bootctl resolve --accept {revision}`" in refused.verdict["hint"]
    resolved(tmp_path, "--accept", revision)
    assert boot(tmp_path).code == 0
    assert resolved(tmp_path, "--accept", revision).events("resolve.unneeded")
    assert [note["resolved"] for note in notes(database)] == ["accept"]


def made_without_migrations(kit: Kit, root: Path, database: Database) -> None:
    """A database whose tables are there, and nothing that says by which migrations."""
    project = migrated(kit, root, database)
    for table in (kit.ledger, "bootctl_ledger"):
        database.execute(f"DROP TABLE {table}")
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)


def test_a_database_that_was_made_without_migrations(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    made_without_migrations(kit, tmp_path, database)
    differs = resolved(tmp_path, "--baseline", "head", code=20, env={})
    assert "users.name" in differs.verdict["message"]
    adopted = resolved(tmp_path, "--baseline", kit.revision("a1"))
    assert "not compared" in adopted.stdout
    assert recorded(database, kit) == [key(kit, "a1")]
    result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert [line["revision"] for line in result.events("migrate.applied")] == [kit.revision("a2")]


def test_a_baseline_at_the_head(tmp_path: Path, database: Database, kit: Kit) -> None:
    made_without_migrations(kit, tmp_path, database)
    database.execute("ALTER TABLE users ADD COLUMN name VARCHAR(50)")
    for _ in range(2):
        resolved(tmp_path, "--baseline", "head")
    assert len(notes(database)) == 1
    assert not boot(tmp_path).events("migrate.applying")
    assert boot(tmp_path, "check").code == 0


def test_an_empty_database_is_not_adopted(tmp_path: Path, database: Database, kit: Kit) -> None:
    kit.project(tmp_path, database)
    before = database.dump()
    assert "no tables" in resolved(tmp_path, "--baseline", "head", code=20).verdict["message"]
    assert database.dump() == before


@pytest.mark.slow
@pytest.mark.parametrize("way", ["forward", "back"])
def test_what_its_own_tool_has_not_recorded(tmp_path: Path, database: Database, way: str) -> None:
    project = migrated(TORTOISE, tmp_path, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    database.execute("ALTER TABLE users ADD COLUMN name VARCHAR(50)")
    assert boot(tmp_path).code == 17
    resolved(tmp_path, f"--{way}", TORTOISE.revision("a2"))
    applied = boot(tmp_path).events("migrate.applied")
    assert len(applied) == (way == "back")
    assert boot(tmp_path, "check").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_an_index(tmp_path: Path, postgresql: Database, kit: Kit, way: str) -> None:
    project = migrated(kit, tmp_path, postgresql)
    postgresql.execute("INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'a')")
    create = "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)"
    write(kit, project, [create], ["DROP INDEX CONCURRENTLY users_email"], commits=True)
    assert boot(tmp_path).code == 14
    failed = resolved(tmp_path, "--forward", kit.revision("a2"), code=14)
    assert "REINDEX" in failed.verdict["message"]
    postgresql.execute("DELETE FROM users WHERE id = 2")
    resolved(tmp_path, f"--{way}", kit.revision("a2"))
    result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.applied")) == (way == "back")
    assert postgresql.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]


@pytest.mark.slow
def test_a_secret_is_executed_and_not_shown(tmp_path: Path, mariadb: Database) -> None:
    secret = "correct-horse-4711"
    env = {"BOOTCTL__DATABASE__URL": ALEMBIC.url(mariadb), "SETTINGS__API_KEY": secret}
    project = migrated(ALEMBIC, tmp_path, mariadb)
    insert = f"INSERT INTO t1 (id, a) VALUES (1, '{secret}')"
    up = ["CREATE TABLE t1 (id INT, a VARCHAR(50))", insert, "CREATE TABLE t2 (id INT)"]
    write(ALEMBIC, project, [up[0], "ALTER TABLE nowhere ADD b INT"])
    assert boot(tmp_path, **env).code == 14
    write(ALEMBIC, project, up)
    done = bootctl("resolve", "--forward", "a2", "--yes", cwd=tmp_path, env={**IGNORE, **env})
    assert done.code == 0, done.stderr
    assert secret not in done.stdout + done.stderr + json.dumps(notes(mariadb))
    assert mariadb.execute("SELECT a FROM t1") == [(secret,)]


@pytest.mark.slow
def test_its_own_command_agrees(tmp_path: Path, sqlite: Database) -> None:
    made_without_migrations(ALEMBIC, tmp_path, sqlite)
    resolved(tmp_path, "--baseline", "a1")
    current = run("alembic", "current", cwd=tmp_path)
    assert current.stdout.startswith("a1"), current.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "renamed"])
def test_half_a_batch(tmp_path: Path, sqlite: Database, how: str) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    assert boot(tmp_path).code == 0
    sqlite.execute(EMAILS)
    project.env(SYNC_ENV, top=KILL)
    project.migration("a2", "a1", BATCH)
    if how == "killed":
        assert boot(tmp_path, KILL_BEFORE="DROP TABLE users").code == -signal.SIGKILL
    else:
        sqlite.execute("ALTER TABLE users RENAME TO _alembic_tmp_users")
    way, other = ("back", "forward") if how == "killed" else ("forward", "back")
    assert boot(tmp_path).code == 17
    if how == "renamed":
        refused = resolved(tmp_path, f"--{other}", "a2", code=17)
        assert f"`bootctl resolve --{way} a2`" in refused.verdict["hint"]
    resolved(tmp_path, f"--{way}", "a2")
    result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert sqlite.execute("SELECT id, email FROM users") == [(1, "a"), (2, "a")]
    assert "_alembic_tmp_users" not in sqlite.tables()


@pytest.mark.slow
def test_what_committed_by_itself_is_named(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert boot(tmp_path).code == 0
    table = 'op.execute("CREATE TABLE stays (id INTEGER PRIMARY KEY)")\n'
    row = 'op.execute("INSERT INTO stays (id) VALUES (7)")\n'
    project.migration("a2", "a1", f'{table}{row}op.execute("COMMIT")\nop.execute("SELECT nothing")')
    assert [boot(tmp_path).code, boot(tmp_path).code] == [14, 17]
    refused = resolved(tmp_path, "--back", "a2", code=17)
    assert refused.verdict["there"] == ["table stays"]
    postgresql.execute("DROP TABLE stays")
    resolved(tmp_path, "--back", "a2")
    project.migration("a2", "a1", table + row)
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__VERIFY__IGNORE": "stays"})
    assert result.code == 0, result.stderr
    assert postgresql.execute("SELECT id FROM stays") == [(7,)]
