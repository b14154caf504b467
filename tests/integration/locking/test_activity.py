"""What a server says of a session that works, asked while it does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from bootctl.database.activity import Activity, activity
from bootctl.database.session import Session
from tests.integration.locking.test_blockers import pid_of
from tests.support.databases.fresh import Database
from tests.support.eventually import eventually

FILL = {
    "postgresql": (
        "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 3) AS t "
        "FROM generate_series(1, 2000) g",
        "CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql "
        "AS 'BEGIN PERFORM pg_sleep(0.001); RETURN $1; END'",
    ),
    "mariadb": (
        "CREATE TABLE big (id int PRIMARY KEY, t varchar(100))",
        "INSERT INTO big SELECT seq, md5(seq) FROM seq_1_to_300000",
    ),
}
WORK = {
    "postgresql": "CREATE INDEX big_t ON big (slow(t))",
    "mariadb": "ALTER TABLE big ADD COLUMN canary int DEFAULT 7, ALGORITHM=COPY",
}


@contextmanager
def working(database: Database) -> Iterator[Callable[[], Activity | None]]:
    """A session that executes something long, and what asks what it does."""
    for statement in FILL[database.kind]:
        database.execute(statement)
    observer = Session(sa.create_engine(database.sync_url))
    with database._connection() as worker:
        pid = pid_of(worker)
        thread = threading.Thread(target=lambda: worker.cursor().execute(WORK[database.kind]))
        thread.start()
        try:
            yield lambda: observer.run(lambda connection: activity(connection, pid))
        finally:
            thread.join()
            worker.rollback()
            observer.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_how_far_it_is(fresh_database: Callable[[str], Database], kind: str) -> None:
    seen: list[Activity] = []
    with working(fresh_database(kind)) as ask:

        def is_half_way() -> bool:
            found = ask()
            seen.extend([found] if found and found.percent else [])
            return bool(seen)

        eventually(is_half_way, seconds=20)
    [found] = seen
    assert found.state == "active"
    assert 0 < (found.percent or 0) <= 100
    assert "canary" not in str(found)
    if kind == "postgresql":
        assert (found.command, found.table, found.unit) == ("CREATE INDEX", "big", "blocks")
        assert found.phase.startswith("building index")
    else:
        assert "copy" in found.phase


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_of_a_session_that_is_gone_nothing_is_known(
    fresh_database: Callable[[str], Database], kind: str
) -> None:
    observer = Session(sa.create_engine(fresh_database(kind).sync_url))
    try:
        assert observer.run(lambda connection: activity(connection, 2**30)) is None
    finally:
        observer.close()
