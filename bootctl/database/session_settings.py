"""What a session has set for itself, which a rollback would undo with everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SET = """
    SELECT name, setting FROM pg_settings WHERE source = 'session' AND context IN ('user', 'superuser')
    UNION ALL SELECT 'role', current_setting('role')
"""
"""Roles are in no view: https://www.postgresql.org/docs/current/sql-set-role.html."""


@contextmanager
def session_settings_kept(connection: "Connection") -> Iterator[None]:
    """Set again afterwards what the session of ``connection`` had set, on PostgreSQL.

    Other databases keep what a session has set, whatever becomes of its transaction.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    cursor = connection.connection.cursor()  # below SQLAlchemy, which would begin a transaction
    try:
        cursor.execute(_SET)
        before = cursor.fetchall()
        yield
        cursor.execute(_SET)
        now = [tuple(row) for row in cursor.fetchall()]
        for name, setting in before:
            if (name, setting) not in now:
                cursor.execute(f"SELECT set_config('{name}', '{_quoted(setting)}', false)")
    finally:
        cursor.close()


@contextmanager
def lock_timeout(connection: "Connection", milliseconds: int) -> Iterator[None]:
    """Wait for no lock longer than this inside, on PostgreSQL, in a session that waits for ever."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(f"SET lock_timeout = {milliseconds}")
    try:
        yield
    finally:
        connection.exec_driver_sql("SET lock_timeout = 0")


def _quoted(text: str) -> str:
    return str(text).replace("'", "''").replace("%", "%%")
