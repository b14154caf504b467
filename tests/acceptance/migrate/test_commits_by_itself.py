"""A migration that commits by itself: what stays is said, whoever told or did not tell of the commit."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import Result, bootctl
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, USERS_MODEL, users_project
from tests.support.projects.kits import KITS, Kit
from tests.support.projects.steps import Sql

IN_QUICK_SUITE = {"kind": ("postgresql",), "driver": ("sync", "psycopg2")}

TABLE = "CREATE TABLE stays (id INTEGER PRIMARY KEY)"
ROW = "INSERT INTO stays (id) VALUES (7)"

OWN_ENGINE = """\
import sqlalchemy as sa
own = sa.create_engine({url!r}{options})
with own.begin() as connection:
    connection.exec_driver_sql({table!r})
    connection.exec_driver_sql({row!r})
own.dispose()
"""

WAYS = {
    "a statement": f'op.execute("{TABLE}")\nop.execute("{ROW}")\nop.execute("COMMIT")\n',
    "END": f'op.execute("{TABLE}")\nop.execute("{ROW}")\nop.execute("END")\n',
    "behind a comment": f'op.execute("{TABLE}")\nop.execute("{ROW}")\nop.execute("/* now */ COMMIT")\n',
    "behind a line": f'op.execute("{TABLE}")\nop.execute("{ROW}")\nop.execute("-- now\\n  commit;")\n',
    "the driver": f'op.execute("{TABLE}")\nop.execute("{ROW}")\n'
    "op.get_bind().connection.dbapi_connection.commit()\n",
}
FAILS = 'op.execute("SELECT nothing FROM nowhere")\n'
TEXT = f'op.execute("{TABLE}; {ROW}; COMMIT; SELECT 1")\n'


def url_of(database: Database, way: str) -> str:
    return database.async_url if way == "async" else database.sync_url


def says_what_stays(result: Result, database: Database) -> None:
    """The verdict, the database and the next boot tell the same: the table stays."""
    assert result.code == 14, result.stderr
    message = result.verdict["message"]
    assert "as it was before" not in message, message
    assert "rolled back" not in message, message
    assert "a part of the failing migration is committed, and stays" in message, message
    assert database.execute("SELECT id FROM stays") == [(7,)]


def is_dirty(root: Path, revision: str) -> None:
    status = bootctl("status", cwd=root)
    assert "dirty" in status.stdout, status.stdout
    again = bootctl("migrate", cwd=root)
    assert again.code == 17, again.stderr
    assert again.verdict["revision"] == revision
    assert again.verdict["hint"]


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
@pytest.mark.parametrize("driver", ["sync", "async"])
@pytest.mark.parametrize("way", WAYS)
def test_alembic(
    tmp_path: Path, request: pytest.FixtureRequest, way: str, driver: str, kind: str
) -> None:
    database: Database = request.getfixturevalue(kind)
    template = ASYNC_ENV if driver == "async" else SYNC_ENV
    project = users_project(tmp_path, url_of(database, driver), template)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", WAYS[way] + FAILS)
    says_what_stays(bootctl("migrate", cwd=tmp_path), database)
    is_dirty(tmp_path, "a2")


def test_alembic_several_statements_in_one_text(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", TEXT + FAILS)
    says_what_stays(bootctl("migrate", cwd=tmp_path), postgresql)
    is_dirty(tmp_path, "a2")


@pytest.mark.parametrize("options", ["", ", isolation_level='AUTOCOMMIT'"])
def test_alembic_an_engine_of_its_own(tmp_path: Path, postgresql: Database, options: str) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    own = OWN_ENGINE.format(url=postgresql.sync_url, options=options, table=TABLE, row=ROW)
    project.migration("a2", "a1", own + FAILS)
    says_what_stays(bootctl("migrate", cwd=tmp_path), postgresql)
    is_dirty(tmp_path, "a2")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (TABLE, "table public.stays"),
        ("ALTER TABLE users ADD COLUMN note TEXT", "column public.users.note text"),
        ("ALTER TABLE users ADD CONSTRAINT short CHECK (email <> '')", "constraint users.short"),
    ],
)
def test_a_connection_that_nobody_sees_is_not_called_rolled_back(
    tmp_path: Path, postgresql: Database, statement: str, said: str
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    unseen = f"""\
import psycopg2
own = psycopg2.connect({postgresql.sync_url.replace("+psycopg2", "")!r})
own.autocommit = True
own.cursor().execute({statement!r})
own.close()
"""
    project.migration("a2", "a1", unseen + FAILS)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "as it was before" not in result.verdict["message"]
    assert f"{said} is new" in result.verdict["message"]


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
@pytest.mark.parametrize("commit", ["COMMIT", "/* now */ COMMIT", "END"])
def test_aerich(tmp_path: Path, request: pytest.FixtureRequest, commit: str, kind: str) -> None:
    database: Database = request.getfixturevalue(kind)
    kit: Kit = next(kit for kit in KITS if kit.name == "aerich")
    project = kit.project(tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    script = f"{TABLE}; {ROW}; {commit}; SELECT nothing FROM nowhere"
    file = project.write(
        f"migrations/models/{kit.revision('a2')}",
        "from tortoise import BaseDBAsyncClient\n\nRUN_IN_TRANSACTION = True\n\n\n"
        f"async def upgrade(db: BaseDBAsyncClient) -> str:\n    return {script!r}\n\n\n"
        "async def downgrade(db: BaseDBAsyncClient) -> str:\n    return ''\n",
    )
    assert file.is_file()
    says_what_stays(bootctl("migrate", cwd=tmp_path), database)
    is_dirty(tmp_path, kit.revision("a2"))


def test_a_lock_timeout_after_a_commit_is_not_tried_again(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("CREATE TABLE seeds (id SERIAL)")
    project.models(USERS_MODEL)
    project.migration(
        "a2",
        "a1",
        'op.execute("INSERT INTO seeds DEFAULT VALUES")\nop.execute("COMMIT")\n'
        'op.execute("ALTER TABLE users ADD COLUMN nickname VARCHAR(20)")\n',
    )
    with postgresql.session() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        settings = {"BOOTCTL__MIGRATE__LOCK_TIMEOUT": "200ms", "BOOTCTL__VERIFY__IGNORE": "seeds"}
        result = bootctl("migrate", cwd=tmp_path, env=settings)
    assert result.code == 14, result.stderr
    assert not result.events("migrate.retry")
    assert postgresql.execute("SELECT count(*) FROM seeds") == [(1,)]


LOCKING = "ALTER TABLE users ADD COLUMN nickname VARCHAR(20)"
SEEDS = "CREATE TABLE seeds (id INTEGER)"
SEED = "INSERT INTO seeds VALUES (7)"


COMMIT = "op.execute('COMMIT')"
DRIVER_S = WAYS["the driver"].splitlines()[-1]


@pytest.mark.parametrize(
    ("kind", "way"), [("postgresql", DRIVER_S), ("sqlite", DRIVER_S), ("sqlite", COMMIT)]
)
def test_a_migration_before_the_one_that_fails(
    tmp_path: Path, request: pytest.FixtureRequest, way: str, kind: str
) -> None:
    database: Database = request.getfixturevalue(kind)
    project = users_project(tmp_path, database.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    database.execute(SEEDS)
    project.migration("a2", "a1", f"op.execute({SEED!r})\n{way}\n")
    project.migration("a3", "a2", FAILS)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "a part of a2 (a2) is committed, and stays" in result.verdict["message"]
    assert result.verdict["revision"] == "a3"
    assert database.execute("SELECT id FROM seeds") == [(7,)]
    is_dirty(tmp_path, "a2")


def test_after_a_statement_that_commits_psycopg2_begins_no_other_transaction(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute(SEEDS)
    project.migration("a2", "a1", f"op.execute({SEED!r})\n{COMMIT}\n")
    project.migration("a3", "a2", FAILS)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "these migrations stay applied: a2" in result.verdict["message"]
    assert "is committed, and stays" not in result.verdict["message"]
    assert "as it was before" not in result.verdict["message"]
    project.migration("a3", "a2", "pass\n")
    assert bootctl("migrate", cwd=tmp_path).code == 20  # the models know no seeds
    assert postgresql.execute("SELECT id FROM seeds") == [(7,)]


def test_an_engine_of_its_own_before_the_one_that_fails(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    own = OWN_ENGINE.format(url=postgresql.sync_url, options="", table=TABLE, row=ROW)
    project.migration("a2", "a1", own)
    project.migration("a3", "a2", FAILS)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "a part of a2 (a2) is committed, and stays" in result.verdict["message"]
    assert "rolled back" not in result.verdict["message"]
    assert postgresql.tables() == {"stays"}


def test_what_was_committed_is_not_run_again_without_a_transaction(
    tmp_path: Path, sqlite: Database
) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(SEEDS)
    project.migration("a2", "a1", f"op.execute({SEED!r})\nop.execute('COMMIT')\n")
    project.migration("a3", "a2", "op.execute('PRAGMA foreign_keys=OFF')\n")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "a part of a2 (a2) is committed, and stays" in result.verdict["message"]
    assert sqlite.execute("SELECT id FROM seeds") == [(7,)]
    is_dirty(tmp_path, "a2")


def test_what_it_has_committed_itself_is_not_run_again_without_a_transaction(
    tmp_path: Path, sqlite: Database
) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(SEEDS)
    pragma = "op.execute('PRAGMA foreign_keys=OFF')"
    project.migration("a2", "a1", f"op.execute({SEED!r})\n{COMMIT}\n{pragma}\n")
    says = bootctl("migrate", cwd=tmp_path)
    assert says.code == 14, says.stderr
    assert "a part of the failing migration is committed, and stays" in says.verdict["message"]
    assert sqlite.execute("SELECT id FROM seeds") == [(7,)]
    is_dirty(tmp_path, "a2")


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_aerich_before_the_one_that_fails(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    database: Database = request.getfixturevalue(kind)
    kit: Kit = next(kit for kit in KITS if kit.name == "aerich")
    project = kit.project(tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    database.execute(SEEDS)
    project.migration("a2", "a1", Sql(f"{SEED}; COMMIT"))
    project.migration("a3", "a2", Sql("SELECT nothing FROM nowhere"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "rolled back" not in result.verdict["message"]
    assert database.execute("SELECT id FROM seeds") == [(7,)]
    again = bootctl("migrate", cwd=tmp_path)
    assert database.execute("SELECT id FROM seeds") == [(7,)], again.stderr


DIRECT = {
    "psycopg2": """\
import psycopg2
own = psycopg2.connect({url!r})
own.autocommit = True
own.cursor().execute({seed!r})
own.close()
""",
    "psycopg": """\
import psycopg
with psycopg.connect({url!r}, autocommit=True) as own:
    own.execute({seed!r})
""",
    "asyncpg": """\
import asyncio, asyncpg, threading
async def insert():
    own = await asyncpg.connect({url!r})
    await own.execute({seed!r})
    await own.close()
thread = threading.Thread(target=lambda: asyncio.run(insert()))
thread.start()
thread.join()
""",
}


@pytest.mark.parametrize("driver", DIRECT)
@pytest.mark.parametrize("is_locked", [False, True])
def test_rows_of_a_driver_s_own_connection_are_not_called_rolled_back(
    tmp_path: Path, postgresql: Database, driver: str, is_locked: bool
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute(SEEDS)
    url = postgresql.sync_url.replace("+psycopg2", "")
    fails = f"op.execute({LOCKING!r})\n" if is_locked else FAILS
    project.migration("a2", "a1", DIRECT[driver].format(url=url, seed=SEED) + fails)
    with postgresql.session() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        env = {"BOOTCTL__MIGRATE__LOCK_TIMEOUT": "200ms"}
        result = bootctl("migrate", cwd=tmp_path, env=env)
    assert result.code == 14, result.stderr
    assert "as it was before" not in result.verdict["message"]
    assert f"it connects with {driver} itself" in result.verdict["message"]
    assert not result.events("migrate.retry")
    assert postgresql.execute("SELECT id FROM seeds") == [(7,)]


def test_a_migration_that_only_reads_a_file_of_sqlite_s_own_is_run(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    reads = "import sqlite3\nassert sqlite3.connect(':memory:').execute('SELECT 1').fetchall()\n"
    project.migration("a2", "a1", reads)
    assert bootctl("migrate", cwd=tmp_path).code == 0
