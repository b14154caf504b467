"""A migration that waits for somebody's lock: it gives up, lets the others pass, and tries again."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.prompt import PROMPT_SECONDS
from tests.support.processes.spawned import Result
from tests.support.processes.watched import Running
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, KITS, Kit, Project
from tests.support.projects.steps import Change, Python, Sql
from tests.support.projects.tortoise_shapes import both

Fresh = Callable[[str], Database]

SERVERS = pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
KINDS = ("postgresql", "mariadb", "sqlite")
QUICK = ("alembic-postgresql", "aerich-mariadb", "tortoise-sqlite")
EVERYWHERE = pytest.mark.parametrize(
    ("kit", "kind"),
    [
        pytest.param(kit, kind, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for kit in (*KITS, ASYNC_ALEMBIC)
        for kind in KINDS
        for name in [f"{kit.name}-{kind}"]
    ],
)
BEGIN = {"sqlite": "BEGIN IMMEDIATE"}
READ = "SELECT * FROM users"


def seconds(lock: float, *, tried_for: float = 30) -> dict[str, str]:
    """The settings: for how long a statement waits, and for how long it is tried again."""
    return {
        "BOOTCTL__MIGRATE__LOCK_TIMEOUT": str(lock),
        "BOOTCTL__LOCK__TIMEOUT": str(tried_for),
    }


def prepared(root: Path, database: Database, kit: Kit) -> Project:
    """A project whose first migration is applied, and whose second is not."""
    project = kit.project(root, database)
    assert bootctl("migrate", cwd=root).code == 0
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    return project


@contextmanager
def held(database: Database, statement: str = READ) -> Iterator[Any]:
    """A connection with an open transaction that has read the table, or holds the SQLite file."""
    with database._connection() as connection:
        connection.cursor().execute(BEGIN.get(database.kind, statement))
        yield connection
        connection.rollback()


def pid_of(connection: Any) -> int:
    """What the server calls the session."""
    is_psycopg = hasattr(connection, "get_backend_pid")
    return int(connection.get_backend_pid() if is_psycopg else connection.thread_id())


def until_retry(root: Path, env: dict[str, str], act: Callable[[Any], object]) -> Result:
    """A ``bootctl migrate`` during which ``act`` is called once it is about to try again."""
    running = Running(root, env)
    running.until("migrate.retry")
    act(running.process)
    return running.result()


@EVERYWHERE
def test_the_retry_succeeds_after_the_reader_ends(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    prepared(tmp_path, database, kit)
    with held(database) as reader:
        result = until_retry(tmp_path, seconds(0.3), lambda _: reader.rollback())
    assert result.code == 0, result.stderr
    retry = result.events("migrate.retry")[0]
    assert (retry["level"], retry["attempt"]) == ("warning", 1)
    assert "lock timeout" in retry["message"]
    assert [line["revision"] for line in result.events("migrate.applied")] == [kit.revision("a2")]
    assert result.events("verify.clean")
    assert database.execute("SELECT name FROM users") == []


@EVERYWHERE
def test_it_gives_up_in_the_end(tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str) -> None:
    database = fresh_database(kind)
    prepared(tmp_path, database, kit)
    before = database.dump()
    with held(database) as holder:
        pid = "" if kind == "sqlite" else f"pid {pid_of(holder)} ("
        result = bootctl("migrate", cwd=tmp_path, env=seconds(0.6, tried_for=2))
    assert result.code == 14, result.stderr
    verdict = result.verdict
    assert "lock timeout" in verdict["message"]
    assert "BOOTCTL__LOCK__TIMEOUT" in verdict["hint"]
    assert verdict["stage"] == "migrate"
    assert verdict["attempt"] == len(result.events("migrate.retry")) + 1
    assert not result.events("migrate.applied")
    if kind == "mariadb":
        journal = "FROM bootctl_ledger WHERE applied_at IS NULL"
        assert "SHOW" not in str(database.execute(f"SELECT statements {journal}"))
        database.execute(f"DELETE {journal}")
    assert database.dump() == before
    if pid:
        told = [line["blockers"] for line in (*result.events("migrate.retry"), verdict)]
        assert [blocker.startswith(pid) for [blocker] in told] == [True] * len(told)
        assert pid in verdict["message"]
    assert bootctl("migrate", cwd=tmp_path).code == 0  # nothing was left half done


def slowest(database: Database, ended: threading.Event) -> float:
    """The longest that a reader of the table has waited, in seconds."""
    longest = 0.0
    with database._connection() as connection:
        while not ended.wait(0.02):
            started = time.monotonic()
            connection.cursor().execute(READ)
            connection.rollback()
            longest = max(longest, time.monotonic() - started)
    return longest


@pytest.mark.parametrize(("kind", "lock"), [("postgresql", 0.3), ("mariadb", 1)])
def test_other_readers_wait_no_longer_than_the_timeout(
    tmp_path: Path, fresh_database: Fresh, kind: str, lock: float
) -> None:
    database = fresh_database(kind)
    prepared(tmp_path, database, ALEMBIC)
    ended, waits = threading.Event(), list[float]()
    reading = threading.Thread(target=lambda: waits.append(slowest(database, ended)))
    with held(database):
        reading.start()
        assert bootctl("migrate", cwd=tmp_path, env=seconds(lock, tried_for=1)).code == 14
        ended.set()
        reading.join()
    assert lock / 2 < waits[0] < lock + 2


def test_sigterm_ends_the_pause_at_once(tmp_path: Path, postgresql: Database) -> None:
    prepared(tmp_path, postgresql, ALEMBIC)
    before = postgresql.dump()
    sent = 0.0

    def stop(process: Any) -> None:
        nonlocal sent
        sent = time.monotonic()
        process.send_signal(signal.SIGTERM)

    with held(postgresql):
        result = until_retry(tmp_path, seconds(0.1), stop)
        assert time.monotonic() - sent < PROMPT_SECONDS
    assert result.verdict["exit_code"] == 143
    assert postgresql.dump() == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_heard_while_psycopg2_waits_for_a_lock(
    tmp_path: Path, postgresql: Database, number: signal.Signals
) -> None:
    prepared(tmp_path, postgresql, ALEMBIC)
    before = postgresql.dump()
    with held(postgresql):
        running = Running(tmp_path, seconds(30))
        running.until("migrate.blocked")
        running.process.send_signal(number)
        result = running.result(timeout=PROMPT_SECONDS)
    assert result.verdict["exit_code"] == 128 + number
    assert postgresql.dump() == before


ONE_BY_ONE = "transaction_per_migration=True"


@pytest.mark.slow
@SERVERS
def test_what_was_committed_before_is_not_applied_again(
    tmp_path: Path, fresh_database: Fresh, kind: str
) -> None:
    database = fresh_database(kind)
    project = prepared(tmp_path, database, ALEMBIC)
    project.alembic.env(project.template, options=ONE_BY_ONE)  # type: ignore[attr-defined]
    project.migration(
        "a2", "a1", Sql("CREATE TABLE more (id int PRIMARY KEY)"), Sql("DROP TABLE more")
    )
    project.migration("a3", "a2", Change.ADD_NAME)
    with held(database) as reader:
        result = until_retry(tmp_path, seconds(0.3), lambda _: reader.rollback())
    assert result.code == 0, result.stderr
    applying = [line["revision"] for line in result.events("migrate.applying")]
    assert applying[:3] == ["a2", "a3", "a3"]
    assert [line["revision"] for line in result.events("migrate.applied")] == ["a2", "a3"]


@pytest.mark.parametrize("kit", [*KITS, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_mariadb_s_second_statement_is_not_tried_again(
    tmp_path: Path, mariadb: Database, kit: Kit
) -> None:
    project = prepared(tmp_path, mariadb, kit)
    project.migration("a2", "a1", Sql("CREATE TABLE more (id int)"), Change.ADD_NAME)
    with held(mariadb):
        result = bootctl("migrate", cwd=tmp_path, env=seconds(1))
    assert result.code == 14, result.stderr
    assert not result.events("migrate.retry")
    assert "lock timeout" in result.verdict["message"]
    assert "statements before the failing one stay" in result.verdict["message"]
    assert "more" in mariadb.tables()


CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY users_email ON users (email)")
"""


def test_what_has_committed_a_part_is_not_tried_again(tmp_path: Path, postgresql: Database) -> None:
    project = prepared(tmp_path, postgresql, ALEMBIC)
    project.migration("a2", "a1", Python(CONCURRENTLY))
    with held(postgresql, "INSERT INTO users (email) VALUES ('a')"):
        result = bootctl("migrate", cwd=tmp_path, env=seconds(0.2))
    assert result.code == 14, result.stderr
    assert not result.events("migrate.retry")
    assert "a part of the failing migration is committed" in result.verdict["message"]


IN_TRANSACTION = {
    "aerich": ("RUN_IN_TRANSACTION = True", "RUN_IN_TRANSACTION = False"),
    "tortoise": ("    initial =", "    atomic = False\n    initial ="),
}


@both
def test_of_what_runs_in_no_transaction_one_message_alone_is_tried_again(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = prepared(tmp_path, postgresql, kit)
    more = Sql("CREATE TABLE more (id int)")
    path = project.migration("a2", "a1", more, Change.ADD_NAME)
    path.write_text(path.read_text().replace(*IN_TRANSACTION[kit.name]))
    with held(postgresql):
        result = bootctl("migrate", cwd=tmp_path, env=seconds(0.2, tried_for=2))
    assert result.code == 14, result.stderr
    is_one_transaction = kit.name == "aerich"  # whose script is one message
    assert bool(result.events("migrate.retry")) == is_one_transaction
    assert ("more" in postgresql.tables()) != is_one_transaction


@both
def test_a_statement_alone_that_the_server_has_refused_is_tried_again(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = prepared(tmp_path, postgresql, kit)
    path = project.migration("a2", "a1", Change.ADD_NAME)
    path.write_text(path.read_text().replace(*IN_TRANSACTION[kit.name]))
    with held(postgresql) as reader:
        result = until_retry(tmp_path, seconds(0.3), lambda _: reader.rollback())
    assert result.code == 0, result.stderr


AUTOCOMMIT = """
make = engine_from_config
def engine_from_config(section, **options):
    return make(section, isolation_level="AUTOCOMMIT", **options)
"""


def test_an_engine_that_commits_every_statement(tmp_path: Path, postgresql: Database) -> None:
    project = prepared(tmp_path, postgresql, ALEMBIC)
    project.configure(top=AUTOCOMMIT)
    project.migration("a2", "a1", Sql("CREATE TABLE more (id int)"), Change.ADD_NAME)
    with held(postgresql):
        result = bootctl("migrate", cwd=tmp_path, env=seconds(0.2))
    assert result.code == 14, result.stderr
    assert not result.events("migrate.retry")
    assert "a part of the failing migration is committed" in result.verdict["message"]
    assert "more" in postgresql.tables()
