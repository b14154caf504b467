"""A database that answers late: it is asked once at a time, and nothing of it stays open."""

from collections.abc import Callable

import pytest
from alembic.config import Config
from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.config.settings import Settings
from bootctl.database.connector import Connector
from bootctl.migrate.alembic.databases import Databases
from bootctl.wait import in_passing, loop
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.eventually import eventually

LATE_SECONDS = 0.04
SESSIONS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mariadb": "SELECT count(*) FROM information_schema.processlist "
    "WHERE db = database() AND id <> connection_id()",
}
everywhere = pytest.mark.parametrize(
    ("kind", "is_async"), [(kind, is_async) for kind in SESSIONS for is_async in (False, True)]
)
Fresh = Callable[[str], Database]


def connector(database: Database, *, is_async: bool) -> Connector:
    """How an env.py connects to it."""
    own: Engine = (
        create_async_engine(database.async_url, poolclass=NullPool).sync_engine
        if is_async
        else create_engine(database.sync_url, poolclass=NullPool)
    )
    databases = Databases(Config(), Settings())
    found = databases.connector(databases.url(own))
    assert found is not None
    return found


def what_is_known(connection: Connection) -> tuple[object, ...]:
    dialect = connection.dialect
    return dialect.server_version_info, dialect.default_schema_name, dialect.default_isolation_level


@everywhere
def test_who_was_not_waited_for_keeps_nothing_open(
    fresh_database: Fresh, kind: str, is_async: bool
) -> None:
    """Another attempt begins while the first still asks what it has to know of the server."""
    with Wire(fresh_database(kind)) as wire:
        in_time = connector(wire.database, is_async=is_async).open(5)
        expected = in_time.run(what_is_known)
        in_time.close()
        own = connector(wire.database, is_async=is_async)
        wire.late = {wire.opened: LATE_SECONDS}
        wire.begin()
        with pytest.raises(TimeoutError):
            own.open(LATE_SECONDS)
        eventually(lambda: "version" in str(wire.statements).lower())
        session = own.open(5)
        assert session.run(what_is_known) == expected
        session.close()
        eventually(lambda: wire.server.execute(SESSIONS[kind]) == [(0,)])


@everywhere
def test_what_answers_late_is_not_asked_twice(
    fresh_database: Fresh, kind: str, is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_passing, "_SECONDS", LATE_SECONDS)
    with Wire(fresh_database(kind)) as wire:
        wire.late = {0: LATE_SECONDS}
        settings = Settings().wait
        unready = in_passing.unready(connector(wire.database, is_async=is_async), settings)
        assert unready is not None
        loop.wait_for([unready], settings)
        assert wire.opened == 1
        loop.wait_for([unready], settings)
        assert wire.opened == 2
