"""What is half done in a database where a migration is a transaction, unless it opts out."""

import json
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import key, recorded
from tests.support.projects.alembic import SYNC_ENV, AlembicProject, users_project
from tests.support.projects.kits import ALEMBIC, Kit, Project
from tests.support.projects.steps import Python
from tests.support.scenarios.half_applied import boot, dirty, follow, migrated, write

pytestmark = pytest.mark.slow

CREATE = "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)"
DROP = "DROP INDEX CONCURRENTLY users_email"
EMAILS = "INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'a')"
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"


def half_an_index(kit: Kit, root: Path, database: Database, down: tuple[str, ...]) -> Project:
    """A project whose migration has failed to build an index."""
    project = migrated(kit, root, database)
    database.execute(EMAILS)
    write(kit, project, [CREATE], down, commits=True)
    failed = boot(root)
    assert failed.code == 14, failed.stderr
    assert database.execute(INVALID) == [(1,)]
    return project


@pytest.mark.parametrize(
    "down",
    [
        pytest.param((DROP,), id="downgrade"),
        pytest.param((), id="no downgrade", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_an_index(
    tmp_path: Path, postgresql: Database, kit: Kit, way: str, down: tuple[str, ...]
) -> None:
    half_an_index(kit, tmp_path, postgresql, down)
    verdict = dirty(kit, tmp_path)
    assert "invalid index users.users_email" in verdict["message"]
    assert verdict["forward"][0] == "REINDEX INDEX CONCURRENTLY users_email;"
    assert verdict["back"][0] == f"{DROP};"

    postgresql.execute("DELETE FROM users WHERE id = 2")
    follow(postgresql, verdict[way])
    result = boot(tmp_path)
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.applied")) == (way == "back")
    assert recorded(postgresql, kit)[-1] == key(kit, "a2")
    assert postgresql.execute(INVALID) == [(0,)]


@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_an_index_that_the_corrected_file_builds_otherwise(
    tmp_path: Path, postgresql: Database, way: str
) -> None:
    project = migrated(ALEMBIC, tmp_path, postgresql)
    postgresql.execute(EMAILS)
    block = "with op.get_context().autocommit_block():\n    op.execute({!r})\n"
    make = 'op.execute("CREATE TABLE t1 (id INT PRIMARY KEY)")\n'
    drop = 'op.execute("DROP TABLE t1")'
    down = (
        f"\n\ndef downgrade():\n    {block.format(DROP).replace(chr(10), chr(10) + '    ')}{drop}\n"
    )
    for create, code in ((CREATE, 14), (CREATE.replace("UNIQUE ", ""), 17)):
        path = project.migration("a2", "a1", Python(make + block.format(create)))
        path.write_text(path.read_text() + down)
        assert boot(tmp_path).code == code
    assert dirty(ALEMBIC, tmp_path)[way][0] == f"{DROP};"
    done = boot(tmp_path, "resolve", f"--{way}", "a2", "--yes")
    assert done.code == 0, done.stderr
    assert boot(tmp_path).code == 0
    assert postgresql.execute(INVALID) == [(0,)]
    assert postgresql.execute(
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'users_email'"
    ) == [(1,)]
    assert {"t1", "users"} <= postgresql.tables()


def test_half_an_index_is_not_called_finished_nor_undone(
    tmp_path: Path, postgresql: Database
) -> None:
    project = migrated(ALEMBIC, tmp_path, postgresql)
    postgresql.execute(EMAILS)
    block = f"with op.get_context().autocommit_block():\n    op.execute({CREATE!r})\n"
    make = "op.execute('CREATE TABLE {} (id INT PRIMARY KEY)')\n"
    project.migration("a2", "a1", Python(make.format("t1") + block))
    assert boot(tmp_path).code == 14
    assert dirty(ALEMBIC, tmp_path)["back"] == []
    project.migration("a2", "a1", Python(make.format("t2")))
    verdict = dirty(ALEMBIC, tmp_path)
    assert [verdict["forward"], verdict["back"]] == [[], []]
    assert "`bootctl resolve --back a2`" in boot(tmp_path, "status").stdout
    for way in ("forward", "back"):
        refused = boot(tmp_path, "resolve", f"--{way}", "a2", "--yes")
        assert refused.code == 17, refused.stderr
        assert "users_email" in str(refused.verdict["there"])


def test_an_index_that_is_being_built(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, postgresql)
    write(kit, project, ["ALTER TABLE users ADD a INT"])
    reader = psycopg2.connect(
        host=postgresql.host, port=postgresql.port, user=postgresql.user, dbname=postgresql.name
    )
    with reader:
        reader.set_session("REPEATABLE READ")
        reader.cursor().execute("SELECT 1")
        builder = threading.Thread(target=postgresql.execute, args=(CREATE,))
        builder.start()
        while postgresql.execute(INVALID) != [(1,)]:
            time.sleep(0.02)
        status = boot(tmp_path, "status", "--json")
    builder.join()
    reader.close()
    assert status.code == 0, status.stderr
    assert json.loads(status.stdout)["direction"] == "behind"


def test_an_invalid_index_at_head_is_drift(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    migrated(kit, tmp_path, postgresql)
    postgresql.execute(EMAILS)
    with pytest.raises(psycopg2.errors.UniqueViolation):
        postgresql.execute(CREATE)
    checked = boot(tmp_path, "check", "--live", BOOTCTL__VERIFY__IGNORE="")
    assert checked.code == 20, checked.stderr
    assert "invalid index users.users_email" in checked.verdict["differences"]
    accepted = boot(tmp_path)
    assert accepted.code == 0, accepted.stderr
    [clean] = accepted.events("verify.clean")
    assert "invalid index users.users_email" in clean["accepted"]


KILL = """
import os, signal
from sqlalchemy import Engine, event

@event.listens_for(Engine, "before_cursor_execute")
def kill(connection, cursor, statement, *_):
    if statement.strip().startswith(os.environ.get("KILL_BEFORE", "never")):
        os.kill(os.getpid(), signal.SIGKILL)
"""
BATCH = """\
op.execute("PRAGMA foreign_keys=OFF")
with op.batch_alter_table("users", recreate="always") as batch:
    batch.add_column(sa.Column("name", sa.String(50)))
"""


@pytest.fixture
def batch(tmp_path: Path, sqlite: Database) -> AlembicProject:
    """A project with a batch operation that is pending."""
    project = users_project(tmp_path, sqlite.sync_url)
    assert boot(tmp_path).code == 0
    sqlite.execute(EMAILS)
    project.env(SYNC_ENV, top=KILL)
    project.migration("a2", "a1", BATCH)
    return project


def test_a_batch_that_was_killed(batch: AlembicProject, sqlite: Database) -> None:
    assert boot(batch.root, KILL_BEFORE="DROP TABLE users").code == -9
    assert sqlite.tables() == {"users", "_alembic_tmp_users", "alembic_version"}
    verdict = dirty(ALEMBIC, batch.root)
    assert "unfinished batch table _alembic_tmp_users" in verdict["message"]
    assert verdict["back"][0] == 'DROP TABLE "_alembic_tmp_users";'
    follow(sqlite, verdict["back"])
    result = boot(batch.root)
    assert result.code == 0, result.stderr
    assert sqlite.execute("SELECT id, email, name FROM users") == [(1, "a", None), (2, "a", None)]


def test_a_batch_whose_original_is_gone(batch: AlembicProject, sqlite: Database) -> None:
    sqlite.execute("ALTER TABLE users RENAME TO _alembic_tmp_users")
    verdict = dirty(ALEMBIC, batch.root)
    assert verdict["forward"] == ['ALTER TABLE "_alembic_tmp_users" RENAME TO "users";']
    assert verdict["back"] == []
    follow(sqlite, verdict["forward"])
    result = boot(batch.root)
    assert result.code == 0, result.stderr
    assert sqlite.execute("SELECT count(*) FROM users") == [(2,)]
