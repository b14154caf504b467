"""A row that is written in one message, or one statement of SQLite's: a long history waits for every answer a thousand times."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, delete, insert, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from bootctl.database.transactions import execute_script, takes_scripts
from bootctl.ledger.table import ledger_table

_BEGIN = "SAVEPOINT bootctl_ledger"
_END = "RELEASE SAVEPOINT bootctl_ledger"
_UNDO = f"ROLLBACK TO SAVEPOINT bootctl_ledger; {_END}"


def replaced(connection: Connection, values: Mapping[str, Any], schema: str | None) -> bool:
    """Write a row, in place of one with its key, in the transaction that is open.

    ``False``, and nothing is changed, where that fails, or where it takes several messages.
    """
    if connection.dialect.name == "sqlite":
        return _replaced_in_file(connection, values, schema)
    literals = {name: literal(value) for name, value in values.items()}
    return executed(connection, *(text % literals for text in replacing(tuple(values), schema)))


def executed(connection: Connection, *statements: str) -> bool:
    """Execute statements of PostgreSQL in one message, in a savepoint that keeps the transaction from their failure.

    ``False``, and nothing is changed, where one fails, or where they take several messages.
    """
    text = "; ".join((_BEGIN, *statements, _END))
    if "\0" in text or not takes_scripts(connection):
        return False
    try:
        execute_script(connection, text)
    except ValueError:  # it cannot be encoded: nothing was sent
        return False
    except Exception:  # whatever the driver raises: who tries again learns it
        with suppress(Exception):  # of a connection that is lost
            execute_script(connection, _UNDO)
        return False
    return True


def _replaced_in_file(
    connection: Connection, values: Mapping[str, Any], schema: str | None
) -> bool:
    try:
        connection.execute(_or_replacing(schema), dict(values))
    except SQLAlchemyError:  # which ends no transaction of SQLite's
        return False
    return True


@cache
def _or_replacing(schema: str | None) -> Insert:
    return insert(ledger_table(schema)).prefix_with("OR REPLACE")


@cache
def replacing(
    names: tuple[str, ...], schema: str | None, revision: str | None = None
) -> tuple[str, str]:
    """Return what deletes a row and what inserts it, with places for values, as Python formats them.

    ``revision`` is an expression of PostgreSQL that gives that of the row that is inserted.
    """
    table = ledger_table(schema)
    keys = (column == bindparam(column.name) for column in table.primary_key)
    row = insert(table).inline()
    if revision is not None:
        row = row.values(revision=literal_column(revision))
    dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    delete_row, insert_row = (
        str(it.compile(dialect=dialect, column_keys=names))
        for it in (delete(table).where(*keys), row)
    )
    return delete_row, insert_row


def literal(value: str | int | datetime) -> str:
    """Return it as PostgreSQL reads it, whatever ``standard_conforming_strings`` is."""
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "''")
    return f"E'{text}'"
