"""The live catalog is read where nothing can be written, whatever the transaction of who asks."""

from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, text

from bootctl.verify.live import live
from tests.support.databases.fresh import Database

IS_READ_ONLY = {
    "postgresql": "SHOW transaction_read_only",
    "sqlite": "PRAGMA query_only",
}


def states(connection: Connection, kind: str) -> set[str]:
    """Return what each query of a reading found the session to be."""
    found: set[str] = set()

    def ask(_: Connection, cursor: Any, statement: str, *__: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            cursor.execute(IS_READ_ONLY[kind])
            found.add(str(cursor.fetchone()[0]))

    event.listen(connection, "before_cursor_execute", ask)
    assert live(connection, (), lambda _: True)
    event.remove(connection, "before_cursor_execute", ask)
    return found


@pytest.mark.parametrize("level", ["", "AUTOCOMMIT"])
@pytest.mark.parametrize("kind", IS_READ_ONLY)
def test_nothing_can_be_written(
    postgresql: Database, sqlite: Database, kind: str, level: str
) -> None:
    database = postgresql if kind == "postgresql" else sqlite
    engine = create_engine(database.sync_url, **({"isolation_level": level} if level else {}))
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (i INTEGER)"))
        assert states(connection, kind) <= {"on", "1"}
        connection.execute(text("INSERT INTO t VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 1
    engine.dispose()


def test_an_autocommitting_connection_of_mariadb_can_write_afterwards(mariadb: Database) -> None:
    engine = create_engine(mariadb.sync_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (i INTEGER)"))
        assert live(connection, (), lambda _: True)
        connection.execute(text("INSERT INTO t VALUES (1)"))
    engine.dispose()
    assert mariadb.execute("SELECT count(*) FROM t") == [(1,)]
