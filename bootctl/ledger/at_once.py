"""A row that is written in one message: a long history waits for every answer a thousand times."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert
from sqlalchemy.dialects import postgresql

from bootctl.database.transactions import execute_script, takes_scripts
from bootctl.ledger.table import ledger_table

_SAVEPOINT = "bootctl_ledger"
_UNDO = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}"


def replaced(connection: Connection, values: Mapping[str, Any], schema: str | None) -> bool:
    """Write a row, in place of one with its key, in the transaction that is open.

    ``False``, and nothing is changed, where that fails, or where it takes several messages.
    """
    text = script(values, schema)
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


def script(values: Mapping[str, Any], schema: str | None) -> str:
    """Return the statements, in a savepoint that keeps the transaction from their failure."""
    literals = {name: _literal(value) for name, value in values.items()}
    return _template(tuple(values), schema) % literals


@cache
def _template(names: Collection[str], schema: str | None) -> str:
    """Return the script with places for values, as Python formats them."""
    table = ledger_table(schema)
    keys = (column == bindparam(column.name) for column in table.primary_key)
    statements = delete(table).where(*keys), insert(table)
    dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    delete_row, insert_row = (
        str(it.compile(dialect=dialect, column_keys=names)) for it in statements
    )
    return f"SAVEPOINT {_SAVEPOINT}; {delete_row}; {insert_row}; RELEASE SAVEPOINT {_SAVEPOINT}"


def _literal(value: str | int | datetime) -> str:
    """Return it as PostgreSQL reads it, whatever ``standard_conforming_strings`` is."""
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "''")
    return f"E'{text}'"
