"""How many statements a session executes: MySQL and MariaDB commit each that changes a table."""

from contextlib import suppress

from sqlalchemy import Connection


def asked(connection: Connection) -> int | None:
    """The statements of the session so far, this question included.

    ``None`` of a database that rolls all of them back, and of a connection that is lost.
    """
    if connection.dialect.name in ("mysql", "mariadb"):
        with suppress(Exception):
            row = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Questions'").one()
            return int(row[1])
    return None


def between(before: int | None, after: int | None) -> int | None:
    """The statements between two questions, where both have an answer."""
    return None if before is None or after is None else after - before - 1
