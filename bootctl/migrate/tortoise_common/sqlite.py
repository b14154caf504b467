"""What SQLite needs so that migrations are one transaction, and lose no rows."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from bootctl.errors import MigrationError
from bootctl.project.tortoise.internals import sqlite_scripts

if TYPE_CHECKING:
    from sqlalchemy import Connection

Violations = frozenset[tuple[Any, ...]]
"""Rows that refer to nothing: their table, rowid, and the table referred to."""


@contextmanager
def transactional_scripts() -> Iterator[None]:
    """Let SQLite run a script inside of a transaction."""
    with sqlite_scripts(_execute_script):
        yield


async def _execute_script(
    client: Any, query: str, original: Callable[..., Awaitable[None]]
) -> None:
    async with client.acquire_connection() as connection:
        inside = connection.in_transaction
        for statement in statements(query) if inside else ():
            try:
                await (await connection.execute(statement)).close()
            except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
                raise _translated(error, statement) from error
    if not inside:
        await original(client, query)


def _translated(error: sqlite3.Error, statement: str) -> OperationalError:
    translated: Any = OperationalError(error)
    translated.statement = statement
    found: OperationalError = translated
    return found


def statements(script: str) -> list[str]:
    """Return the statements of ``script``, as SQLite's own grammar parts them."""
    found, current = [], ""
    for part in script.split(";"):
        current += f"{part};"
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    if current.strip(" \n\t;"):
        found.append(current)
    return [statement for statement in found if statement.strip(" \n\t;")]


@asynccontextmanager
async def deferred_foreign_keys(name: str) -> AsyncIterator[None]:
    """No foreign key acts while tables are recreated; at the end none may be violated.

    With foreign keys on, dropping a table deletes the rows that refer to it, and in a
    transaction they cannot be turned off: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    client = Tortoise.get_connection(name)
    await client.execute_query("PRAGMA foreign_keys=OFF")
    yield
    # Not after an exception, which ends the connection: Tortoise's client, interrupted in a
    # statement, never frees the lock that this one would wait for.
    await client.execute_query("PRAGMA foreign_keys=ON")


def violations(connection: "Connection") -> Violations:
    """Return the rows that refer to nothing now; none of any other database."""
    if connection.dialect.name != "sqlite":
        return frozenset()
    return frozenset(map(tuple, connection.exec_driver_sql("PRAGMA foreign_key_check")))


def refuse_violations(before: Violations, after: Violations) -> None:
    """Raise ``MigrationError`` for rows that refer to nothing and did not before."""
    tables = sorted({f"{row[0]} (to {row[2]})" for row in after - before})
    if tables:
        raise MigrationError(
            f"after the migrations, rows refer to rows that are not there: {', '.join(tables)}",
            hint="Delete or correct these rows in the migration too: on SQLite, ON DELETE does "
            "not act while migrations run.",
            tables=tables,
        )
