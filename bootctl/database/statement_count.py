"""How many statements a session executes: MySQL and MariaDB commit each that changes a table."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

ASKED = "SHOW SESSION STATUS LIKE 'Questions'"
"""Gives the number of the session's statements so far, this one included."""


def asked(connection: "Connection") -> int | None:
    """That number; ``None`` of another database, and of a connection that is lost.

    Asked below SQLAlchemy, whose listeners take every statement for one of the migration's.
    """
    if connection.dialect.name in ("mysql", "mariadb"):
        with suppress(Exception):
            cursor = connection.connection.cursor()
            try:
                cursor.execute(ASKED)
                return int(cursor.fetchall()[0][1])
            finally:
                cursor.close()
    return None


def between(before: int | None, after: int | None) -> int | None:
    """Return the statements between two such questions, where both have an answer."""
    return None if before is None or after is None else after - before - 1
