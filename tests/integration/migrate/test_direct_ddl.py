"""DDL is sent to PostgreSQL as it is, where asyncpg would prepare it: nothing but the messages differs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.migrate.alembic.direct_ddl import executing_directly
from tests.support.databases.fresh import Database

MADE = sa.Table("made", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
PREPARED = "SELECT statement FROM pg_prepared_statements WHERE statement ILIKE '%made%'"


def executed(database: Database, *work: Callable[[sa.Connection], Any], direct: bool = True) -> Any:
    """Call each of ``work`` in one transaction, and return what the last one does."""

    async def connected() -> Any:
        engine = create_async_engine(database.async_url)
        if direct:
            sa.event.listen(engine.sync_engine, "do_execute", executing_directly)
        async with engine.begin() as connection:
            found = [await connection.run_sync(each) for each in work]
        if direct:
            sa.event.remove(engine.sync_engine, "do_execute", executing_directly)
        await engine.dispose()
        return found[-1]

    return asyncio.run(connected())


def prepared(connection: sa.Connection) -> int:
    """How many statements with the table are prepared, but for this question."""
    rows = connection.exec_driver_sql(PREPARED).scalars().all()
    return len([row for row in rows if row != PREPARED])


def begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


def test_nothing_is_prepared_for_a_table(postgresql: Database) -> None:
    assert executed(postgresql, begin, MADE.create, prepared, direct=False) > 0
    assert executed(postgresql, begin, MADE.drop, MADE.create, prepared) == 0
    assert postgresql.tables() == {"made"}


def test_the_first_statement_begins_its_transaction(postgresql: Database) -> None:
    def failing(_: sa.Connection) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        executed(postgresql, MADE.create, failing)
    assert postgresql.tables() == set()


def test_a_text_is_sent_as_it_is(postgresql: Database) -> None:
    said = "100% of $1 and %s, :name"
    table = sa.Table("said", sa.MetaData(), sa.Column("id", sa.Integer), comment=said)
    executed(postgresql, begin, table.create)
    assert postgresql.execute("SELECT obj_description('said'::regclass)") == [(said,)]


def test_what_is_asked_afterwards_is_not_stale(postgresql: Database) -> None:
    def columns(connection: sa.Connection) -> int:
        return len(connection.exec_driver_sql("SELECT * FROM made").keys())

    def widen(connection: sa.Connection) -> None:
        connection.execute(sa.DDL("ALTER TABLE made ADD COLUMN more INT"))

    assert executed(postgresql, begin, MADE.create, columns, widen, columns) == 2


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE made (id INT); CREATE TABLE more (id INT)",
        "ALTER TABLE nowhere ADD COLUMN id INT",
        "CREATE TABLE made (id nothing)",
        "CREATE TABLE made (",
    ],
)
def test_an_error_is_what_it_is_without(postgresql: Database, text: str) -> None:
    def tried(connection: sa.Connection) -> tuple[str, str, object]:
        try:
            with connection.begin_nested():
                connection.execute(sa.DDL(text))
        except sa.exc.DBAPIError as error:
            return type(error).__name__, str(error), getattr(error.orig, "sqlstate", None)
        return "", "", None

    found = executed(postgresql, begin, tried)
    assert found == executed(postgresql, begin, tried, direct=False)
    assert found[0]
    assert postgresql.tables() == set()
