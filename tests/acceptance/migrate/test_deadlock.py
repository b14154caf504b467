"""A migration and a session that wait for each other: the server ends one, and it is tried again."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result
from tests.support.processes.watched import Running
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, KITS, Kit
from tests.support.projects.steps import Change, Sql

ONE, TWO = (
    "UPDATE users SET email = 'x' WHERE id = 1",
    "UPDATE users SET email = 'x' WHERE id = 2",
)
WAITING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'",
    # InnoDB's own tables are not renewed for whoever reads them more often than every 0.1 s.
    "mariadb": "SELECT count(*) FROM information_schema.processlist "
    f"WHERE db = database() AND info LIKE '{ONE[:12]}%id = 1'",
}
LAST = {
    "postgresql": "SET deadlock_timeout = '60s'",  # who waits for less finds it, and is ended
    "mariadb": "UPDATE users SET email = 'y' WHERE id > 2",  # who has changed less is ended
}


def until_waiting(database: Database) -> None:
    """Return once another session waits for a lock, or executes the statement that will."""
    deadline = time.monotonic() + 30
    while database.execute(WAITING[database.kind]) == [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def crossed(root: Path, database: Database, kit: Kit) -> Result:
    """How migrating ends that locks the second row, and then the first, where another does the reverse."""
    project = kit.project(root, database)
    first = Running(root).result()
    assert first.code == 0, first.stderr
    for number in range(1, 30):
        database.execute(f"INSERT INTO users (id, email) VALUES ({number}, 'e{number}')")
    project.models("name")
    project.migration("a2", "a1", Sql(TWO), Sql(ONE), Change.ADD_NAME)
    with database.session() as cursor:
        cursor.execute(LAST[database.kind])
        cursor.execute(ONE)
        running = Running(root)
        until_waiting(database)
        cursor.execute(TWO)
        _rollback(cursor)
        return running.result()


def _rollback(cursor: Any) -> None:
    cursor.connection.rollback()


@pytest.mark.parametrize("kit", [*KITS, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_the_one_that_is_ended_is_tried_again(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    result = crossed(tmp_path, postgresql, kit)
    assert result.code == 0, result.stderr
    [retry] = result.events("migrate.retry")
    assert "failed by a deadlock" in retry["message"]
    assert "rolled back: the database is as it was before" in retry["message"]
    [applied] = result.events("migrate.applied")
    assert applied["revision"] == kit.revision("a2")


def test_mariadb_s_is_named_and_what_stays_is_not_guessed(
    tmp_path: Path, mariadb: Database
) -> None:
    result = crossed(tmp_path, mariadb, ALEMBIC)
    assert result.code == 14, result.stderr
    assert not result.events("migrate.retry")
    assert result.verdict["cause"] == "deadlock"
    assert "failed by a deadlock" in result.verdict["message"]
    assert "is known to be committed" in result.verdict["message"]
