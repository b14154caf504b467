"""A row that is written in one message, or one statement of SQLite's: a long history waits for every answer a thousand times."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, delete, insert, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from bootctl.database.transactions import execute_script, is_open, takes_scripts
from bootctl.ledger.table import ledger_table
from bootctl.values import frozen

_SAVEPOINT = "bootctl_ledger"
_CHANGED = "(SELECT version_num FROM changed)"
_UNDO = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}"


@frozen
class Recording:
    """What records a migration in its own tool's table, if that is done with the ledger's row."""

    update: str
    """Alembic's statement, with a condition at its end."""
    transaction: str
    """The transaction in which it is to be executed, and in no other."""

    def __str__(self) -> str:
        return f"{self.update} AND {is_open(self.transaction)} RETURNING version_num"


def replaced(
    connection: Connection,
    values: Mapping[str, Any],
    schema: str | None,
    recording: Recording | None = None,
) -> bool:
    """Write a row, in place of one with its key, in the transaction that is open.

    ``False``, and nothing is changed, where that fails, or where it takes several messages; where
    ``recording`` does not change exactly one row, too.
    """
    if connection.dialect.name == "sqlite":
        return recording is None and _replaced_in_file(connection, values, schema)
    if not takes_scripts(connection):
        return False
    text = script(values, schema, recording)
    if "\0" in text:
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
        connection.execute(_replacing(schema), dict(values))
    except SQLAlchemyError:  # which ends no transaction of SQLite's
        return False
    return True


@cache
def _replacing(schema: str | None) -> Insert:
    return insert(ledger_table(schema)).prefix_with("OR REPLACE")


def script(
    values: Mapping[str, Any], schema: str | None, recording: Recording | None = None
) -> str:
    """Return the statements, in a savepoint that keeps the transaction from their failure."""
    literals = {name: _literal(value) for name, value in values.items()}
    template = _template(tuple(values), schema, is_recording=recording is not None)
    return template % {**literals, "recording": recording}


@cache
def _template(names: Collection[str], schema: str | None, *, is_recording: bool) -> str:
    """Return the script with places for values, as Python formats them.

    ``is_recording``: the row's revision is what the other table has then. Where no row of that was
    changed it is NULL, which a key refuses; several rows are an error as well.
    """
    table = ledger_table(schema)
    keys = (column == bindparam(column.name) for column in table.primary_key)
    row = insert(table).inline()
    if is_recording:
        row = row.values(revision=literal_column(_CHANGED))
    dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    delete_row, insert_row = (
        str(it.compile(dialect=dialect, column_keys=names))
        for it in (delete(table).where(*keys), row)
    )
    before = "WITH changed AS (%(recording)s) " if is_recording else ""
    return f"SAVEPOINT {_SAVEPOINT}; {delete_row}; {before}{insert_row}; RELEASE SAVEPOINT {_SAVEPOINT}"


def _literal(value: str | int | datetime) -> str:
    """Return it as PostgreSQL reads it, whatever ``standard_conforming_strings`` is."""
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "''")
    return f"E'{text}'"
