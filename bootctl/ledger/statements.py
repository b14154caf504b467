"""The statements that write the ledger, by SQLAlchemy: imported where there is something to write, or to say."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Update, delete, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from bootctl.ledger.access import is_there, named
from bootctl.ledger.table import MYSQL, Entry, ledger_table, row_of

_Values = dict[str, Any]


def create(connection: Connection, schema: str | None) -> None:
    """Create the table where there is none."""
    # IF NOT EXISTS alone needs the privilege to create even where there is nothing to create.
    if not is_there(connection, schema):
        table = ledger_table(schema, connection.dialect.name)
        connection.execute(CreateTable(table, if_not_exists=True))


def add(connection: Connection, values: _Values, schema: str | None) -> None:
    """Write a row of which there is none."""
    connection.execute(insert(ledger_table(schema)).values(values))


def replace(connection: Connection, entry: Entry, values: _Values, schema: str | None) -> None:
    """Write the row of ``entry``, in place of one that its revision has."""
    if connection.dialect.name in MYSQL:
        connection.exec_driver_sql(_replacing(named(connection, schema), tuple(values)), values)
        return
    table = ledger_table(schema)
    connection.execute(delete(table).where(*row_of(table, entry)))
    add(connection, values, schema)


def put(connection: Connection, entry: Entry, values: _Values, schema: str | None) -> None:
    """Write all columns of the row of ``entry`` in one statement: where each commits, none may be lost between two.

    Raises what SQLAlchemy raises, or on MySQL the driver: it is written before each statement of a migration.
    """
    if connection.dialect.name in MYSQL:
        _put_directly(connection, values, schema)
        return
    table = ledger_table(schema)
    mine = row_of(table, entry)
    if connection.execute(select(table.c.revision).where(*mine)).first():
        connection.execute(update(table).where(*mine).values(values))
    else:
        add(connection, values, schema)


def _put_directly(connection: Connection, values: _Values, schema: str | None) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_replacing(named(connection, schema), tuple(values)), values)
    finally:
        cursor.close()


@cache
def _replacing(table: str, columns: tuple[str, ...]) -> str:
    places = ", ".join(f"%({name})s" for name in columns)
    return f"REPLACE INTO {table} ({', '.join(columns)}) VALUES ({places})"


def withdraw(connection: Connection, entry: Entry, schema: str | None) -> None:
    """Delete the row of a migration that has not ended."""
    table = ledger_table(schema)
    unfinished = table.c.applied_at.is_(None)
    connection.execute(delete(table).where(*row_of(table, entry), unfinished))


def forgetting(connection: Connection, scope: str, revision: str, schema: str | None) -> str:
    """Return the statement that deletes a row."""
    table = ledger_table(schema)
    mine = (table.c.scope == scope, table.c.revision == revision)
    return f"{_text(delete(table).where(*mine), connection.dialect.name)};"


def deleting(entry: Entry, schema: str | None, dialect: str) -> str:
    """Return the text of what deletes the row of ``entry``; ``dialect`` is SQLAlchemy's name for one."""
    table = ledger_table(schema)
    return _text(delete(table).where(*row_of(table, entry)), dialect)


def accepting(entry: Entry, checksum: str, schema: str | None, dialect: str) -> str:
    """Return the text of what gives the row of ``entry`` another ``checksum``."""
    table = ledger_table(schema)
    return _text(update(table).values(checksum=checksum).where(*row_of(table, entry)), dialect)


def _text(statement: Update | Delete, dialect: str) -> str:
    kind: Any = make_url(f"{dialect}://").get_dialect()
    plain = kind(paramstyle="named")  # others double every '%'
    compiled = statement.compile(dialect=plain, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())
