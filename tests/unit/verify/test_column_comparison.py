"""What becomes of Alembic's findings when the database cannot confirm them."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Column, Connection, MetaData, Table, Text, create_engine, text

from bootctl.output import log
from bootctl.verify.column_comparison import Store, confirm
from bootctl.verify.stored import stored
from tests.support.databases.fresh import Database


def unknown(connection: Connection, model: Column[object]) -> None:
    """A role that may make no temporary table."""


def compared(database: Database, live: str, column: Column[object], store: Store) -> list[object]:
    """What differs, after which the transaction still works."""
    metadata = MetaData()
    Table("t", metadata, column)
    with create_engine(database.sync_url).connect() as connection:
        connection.execute(text(f"CREATE TABLE t (c {live})"))
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        confirm(context, store)
        found = compare_metadata(context, metadata)
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
        return found


def test_a_difference_that_the_database_cannot_confirm_stays(postgresql: Database) -> None:
    column = Column("c", Text, server_default="a")
    assert compared(postgresql, "TEXT DEFAULT 'b'", column, unknown)


def test_what_cannot_be_compared_is_named(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[str, str]] = []
    monkeypatch.setattr(log, "event", lambda name, message, **_: events.append((name, message)))
    column = Column("c", JSON, server_default="{}")
    assert compared(postgresql, "JSON DEFAULT '{}'", column, unknown) == []
    [(name, message)] = events
    assert name == "verify.not_compared"
    assert "the default of t.c is not compared" in message


def test_a_column_that_cannot_be_made_is_not_known(postgresql: Database) -> None:
    column = Column("c", JSON, server_default=text("no_such_function()"))
    Table("t", MetaData(), column)
    with create_engine(postgresql.sync_url).connect() as connection:
        assert stored(connection, column) is None
        assert connection.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize(("live", "differs"), [("''", False), ("'a'", True)])
def test_a_default_of_an_empty_text_is_no_expression(
    sqlite: Database, live: str, differs: bool
) -> None:
    column = Column("c", Text(), server_default="")
    assert bool(compared(sqlite, f"TEXT DEFAULT {live}", column, stored)) is differs


def test_nothing_stays_of_a_column_that_was_made(database: Database) -> None:
    column = Column("c", Text(), nullable=False)
    Table("t", MetaData(), column)
    database.execute("SELECT 1")
    before = database.dump()
    with create_engine(database.sync_url).connect() as connection:
        made = stored(connection, column)
        assert made is not None
        assert not made.nullable
        assert stored(connection, column) is not None  # the name is free again
        connection.commit()
    assert database.dump() == before
