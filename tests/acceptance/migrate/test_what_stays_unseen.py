"""What a migration does past its connection, or with its transaction: nothing is claimed that is not known."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import Result, bootctl
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, users_project
from tests.support.projects.kits import ALEMBIC, KITS, TORTOISE, Kit
from tests.support.projects.steps import Change, Python, Sql

IN_QUICK_SUITE = {"driver": ("psycopg2", "asyncpg"), "kit": ("tortoise",)}

SEED = "INSERT INTO seeds VALUES (7)"
FAILS = 'op.execute("SELECT nothing FROM nowhere")\n'
ALTER = "ALTER TABLE users ADD COLUMN nickname VARCHAR(20)"
LOCKED = {"BOOTCTL__MIGRATE__LOCK_TIMEOUT": "1s", "BOOTCTL__LOCK__TIMEOUT": "4"}
IGNORED = {"BOOTCTL__VERIFY__IGNORE": "seeds"}
NOT_KNOWN = "whether all that was done is rolled back is not known"
STAYS = "is committed, and stays"


def executes(*statements: str) -> str:
    return "".join(f"op.execute({text!r})\n" for text in statements)


def alembic(root: Path, database: Database, driver: str, body: str) -> None:
    """A project at a1, the seeds, and a2."""
    template = ASYNC_ENV if driver == "asyncpg" else SYNC_ENV
    plain = database.sync_url.replace("+psycopg2", "")
    url = plain.replace("postgresql:", f"postgresql+{driver}:")
    project = users_project(root, url, template)
    assert bootctl("migrate", cwd=root).code == 0
    database.execute("CREATE TABLE seeds (id INTEGER, note VARCHAR(50))")
    body = body.replace("INSERT INTO seeds VALUES", "INSERT INTO seeds (id) VALUES")
    project.migration("a2", "a1", body.replace("@URL@", plain).replace("@NAME@", database.name))


def seeds(database: Database) -> int:
    return len(database.execute("SELECT id FROM seeds"))


def claims_nothing(result: Result) -> str:
    assert result.code == 14, result.stderr
    message = str(result.verdict["message"])
    assert "as it was before" not in message, message
    assert "nothing of it stays" not in message, message
    assert not result.events("migrate.retry")
    assert "a part of it stays" not in result.verdict["hint"]
    return message


@contextmanager
def reading(database: Database) -> Iterator[None]:
    """Somebody reads users, so that no ALTER TABLE gets its lock."""
    with database.session() as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM users")
        if database.kind == "postgresql":
            other.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        yield


DRIVER_S = "own = op.get_bind().connection.driver_connection\n"
ENDED = {
    "ROLLBACK; it goes on": executes("ROLLBACK", SEED, "COMMIT"),
    "in one text": executes(f"ROLLBACK; {SEED}; COMMIT"),
    "ABORT": executes("abort transaction", SEED, "COMMIT WORK"),
}
BY_DRIVER = f"{DRIVER_S}own.rollback()\nown.cursor().execute({SEED!r})\nown.commit()\n"
AUTOCOMMIT = f"{DRIVER_S}own.rollback()\nown.autocommit = True\nown.cursor().execute({SEED!r})\n"


@pytest.mark.parametrize(
    ("driver", "body"),
    [
        *(("psycopg2", body) for body in (*ENDED.values(), BY_DRIVER, AUTOCOMMIT)),
        *(("psycopg", body) for body in (ENDED["ROLLBACK; it goes on"], BY_DRIVER, AUTOCOMMIT)),
        ("asyncpg", executes("ROLLBACK", SEED)),
        ("asyncpg", ENDED["ABORT"]),
    ],
)
def test_a_migration_that_rolls_back_and_goes_on(
    tmp_path: Path, postgresql: Database, driver: str, body: str
) -> None:
    alembic(tmp_path, postgresql, driver, body + FAILS)
    message = claims_nothing(bootctl("migrate", cwd=tmp_path))
    assert NOT_KNOWN in message or STAYS in message
    assert seeds(postgresql) == 1
    assert bootctl("migrate", cwd=tmp_path).code == 17
    assert seeds(postgresql) == 1


def test_a_lock_timeout_after_it_rolled_back_and_went_on(
    tmp_path: Path, postgresql: Database
) -> None:
    alembic(tmp_path, postgresql, "asyncpg", executes("ROLLBACK", SEED, ALTER))
    with reading(postgresql):
        claims_nothing(bootctl("migrate", cwd=tmp_path, env=LOCKED))
    assert seeds(postgresql) == 1


@pytest.mark.parametrize(
    "kit", [kit for kit in KITS if kit is not ALEMBIC], ids=lambda kit: kit.name
)
def test_tortoise_rolls_back_and_goes_on(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("CREATE TABLE seeds (id INTEGER)")
    steps = (Sql("ROLLBACK"), Sql(SEED), Sql("COMMIT"), Sql("SELECT nothing FROM nowhere"))
    project.migration("a2", "a1", *steps)
    assert NOT_KNOWN in claims_nothing(bootctl("migrate", cwd=tmp_path))
    assert seeds(postgresql) == 1
    assert bootctl("migrate", cwd=tmp_path).code == 17


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
def test_one_that_only_fails_is_as_it_was(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME, Sql("SELECT nothing FROM nowhere"))
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 14, result.stderr
        assert "rolled back: the database is as it was before" in result.verdict["message"]


PSQL = f"""\
import subprocess
subprocess.run(["psql", "-q", "@URL@", "-c", {SEED!r}], check=True)
"""
ELSEWHERE = {
    "a program": (PSQL, "it starts psql"),
    "a shell": (f"import os\nos.system(\"psql -q @URL@ -c '{SEED}'\")\n", "it starts psql"),
    "a pool of psycopg": (
        "from psycopg_pool import ConnectionPool\n"
        "with ConnectionPool('@URL@', min_size=1, open=True) as pool, pool.connection() as own:\n"
        f"    own.execute({SEED!r})\n",
        "it connects with psycopg itself",
    ),
    "a class of psycopg": (
        "import psycopg\n"
        f"with psycopg.Connection.connect('@URL@') as own:\n    own.execute({SEED!r})\n",
        "it connects with psycopg itself",
    ),
    "a pool of psycopg2": (
        "from psycopg2.pool import SimpleConnectionPool\n"
        "own = SimpleConnectionPool(1, 1, '@URL@').getconn()\n"
        f"own.cursor().execute({SEED!r})\nown.commit()\n",
        "it connects with psycopg2 itself",
    ),
    "below an engine": (
        "own = sa.create_engine('@URL@').raw_connection()\n"
        f"own.cursor().execute({SEED!r})\nown.commit()\n",
        "it connects with psycopg itself",  # SQLAlchemy's default
    ),
    "a process of multiprocessing's": (
        "import multiprocessing, os\n"
        "own = multiprocessing.get_context('spawn').Process(\n"
        f"    target=os.system, args=[\"psql -q @URL@ -c '{SEED}'\"])\n"
        "own.start()\nown.join()\n",
        "it starts a process",
    ),
    "dblink by the driver": (
        "op.get_bind().connection.cursor().execute("
        f"\"SELECT dblink_exec('dbname=@NAME@ host=127.0.0.1 user=' || current_user, '{SEED}')\")\n",
        "it executes dblink_exec",
    ),
    "dblink": (
        executes(
            f"SELECT dblink_exec('dbname=@NAME@ host=127.0.0.1 user=' || current_user, '{SEED}')"
        ),
        "it executes dblink_exec",
    ),
}


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
@pytest.mark.parametrize("way", ELSEWHERE)
def test_what_is_done_elsewhere(
    tmp_path: Path, postgresql: Database, way: str, driver: str
) -> None:
    body, said = ELSEWHERE[way]
    if "dblink" in way:
        postgresql.execute("CREATE EXTENSION dblink")
    alembic(tmp_path, postgresql, driver, body + executes(ALTER))
    with reading(postgresql):
        message = claims_nothing(bootctl("migrate", cwd=tmp_path, env=LOCKED))
    assert said in message
    assert "squawk" not in message
    assert seeds(postgresql) == 1
    again = bootctl("migrate", cwd=tmp_path)
    assert again.code == 17, again.stderr
    assert said in again.verdict["message"]
    assert seeds(postgresql) == 1


def test_a_name_that_was_imported_before(tmp_path: Path, postgresql: Database) -> None:
    body = f"own = connect('@URL@')\nown.cursor().execute({SEED!r})\nown.commit()\n"
    alembic(tmp_path, postgresql, "psycopg2", body + FAILS)
    file = tmp_path / "migrations/versions/a2.py"
    file.write_text(f"from psycopg2 import connect\n{file.read_text()}")
    assert "it connects with psycopg2 itself" in claims_nothing(bootctl("migrate", cwd=tmp_path))
    assert seeds(postgresql) == 1


NO_END = [
    "INSERT INTO seeds VALUES (1, 'stop; end of the list')",
    "INSERT INTO seeds VALUES (1, 'please; commit')",
    "CREATE FUNCTION one() RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT 1; END",
    "DO $$ BEGIN PERFORM 1; END $$",
]


@pytest.mark.parametrize("statement", NO_END)
def test_a_text_that_only_looks_like_a_commit_is_not_dirty(
    tmp_path: Path, postgresql: Database, statement: str
) -> None:
    body = executes(statement.replace("seeds VALUES", "seeds (id, note) VALUES"))
    alembic(tmp_path, postgresql, "psycopg2", body + FAILS)
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 14, result.stderr
        assert "rolled back: the database is as it was before" in result.verdict["message"]


def test_a_savepoint_that_is_undone_is_not_dirty(tmp_path: Path, postgresql: Database) -> None:
    body = (
        executes(SEED)
        + "try:\n    with op.get_bind().begin_nested():\n"
        + "        op.execute('SELECT 1 / 0')\nexcept sa.exc.DBAPIError:\n    pass\n"
    )
    alembic(tmp_path, postgresql, "psycopg2", body + FAILS)
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 14, result.stderr
        assert "rolled back: the database is as it was before" in result.verdict["message"]


def test_a_commit_that_the_server_refuses_is_not_dirty(
    tmp_path: Path, postgresql: Database
) -> None:
    late = "ALTER TABLE seeds ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED"
    alembic(tmp_path, postgresql, "psycopg2", executes(late, SEED, SEED, "COMMIT"))
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 14, result.stderr
        assert "rolled back: the database is as it was before" in result.verdict["message"]
    assert seeds(postgresql) == 0


PROCEDURE = f"CREATE PROCEDURE fill() BEGIN {SEED}; COMMIT; {ALTER}; END".replace(
    "seeds VALUES", "seeds (id) VALUES"
)
OWN_MYSQL = """\
import pymysql
own = pymysql.connect(host="127.0.0.1", user="root", database="@NAME@", autocommit=True)
own.cursor().execute({seed!r})
"""


@pytest.mark.parametrize("body", ["procedure", "own connection", "own engine"])
def test_mariadb_a_first_statement_that_fails_after_something_was_committed(
    tmp_path: Path, mariadb: Database, body: str
) -> None:
    bodies = {
        "procedure": executes("CALL fill()"),
        "own connection": OWN_MYSQL.format(seed=SEED) + executes(ALTER),
        "own engine": f"with sa.create_engine({mariadb.sync_url!r}).begin() as own:\n"
        f"    own.exec_driver_sql({SEED!r})\n{executes(ALTER)}",
    }
    alembic(tmp_path, mariadb, "pymysql", bodies[body])
    mariadb.execute(PROCEDURE)
    with reading(mariadb):
        claims_nothing(bootctl("migrate", cwd=tmp_path, env=LOCKED))
    assert seeds(mariadb) == 1


@pytest.mark.parametrize("kit", [ALEMBIC, TORTOISE], ids=lambda kit: kit.name)
def test_mariadb_rows_that_were_not_committed_do_not_stay(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, mariadb)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    mariadb.execute("CREATE TABLE seeds (id INTEGER)")
    project.migration("a2", "a1", Sql(SEED), Sql("SELECT nothing FROM nowhere"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "statements before the failing one stay" not in result.verdict["message"]
    assert seeds(mariadb) == 0


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
def test_what_only_looks_starts_no_program(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("CREATE TABLE seeds (id INTEGER)")
    url = postgresql.sync_url.replace("+psycopg2", "")
    project.migration("a2", "a1", Python(PSQL.replace("@URL@", url)), Change.ADD_NICKNAME)
    project.models("nickname")
    for command in (["--sql"], ["--plan"]):
        result = bootctl("migrate", *command, cwd=tmp_path, env=IGNORED)
        assert result.code in (0, 14), result.stderr
        assert "env.py" not in result.stderr
        assert seeds(postgresql) == 0
    assert bootctl("migrate", cwd=tmp_path, env=IGNORED).code == 0
    assert seeds(postgresql) == 1


def test_a_migration_that_reads_cannot_be_printed(tmp_path: Path, postgresql: Database) -> None:
    reads = "assert op.get_bind().execute(sa.text('SELECT 1')).scalar() == 1\n"
    alembic(tmp_path, postgresql, "psycopg2", reads)
    result = bootctl("migrate", "--sql", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert result.verdict["message"].startswith("a2 (a2) cannot be printed: ")
    assert result.verdict["file"] == "migrations/versions/a2.py"


def test_a_way_out_that_cannot_be_printed_hides_no_dirt(
    tmp_path: Path, postgresql: Database
) -> None:
    project = TORTOISE.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    raw = "await schema_editor.client._connection.execute('COMMIT')\n"
    project.migration("a2", "a1", Change.ADD_NICKNAME, Python(raw), Sql("SELECT 1 / 0"))
    assert bootctl("migrate", cwd=tmp_path).code == 14
    assert bootctl("migrate", cwd=tmp_path).code == 17
