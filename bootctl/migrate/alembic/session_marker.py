"""The session in which ``env.py`` migrates, marked below SQLAlchemy's own idea of a transaction.

Alembic takes any statement before ``context.configure()`` for the beginning of a transaction of
somebody else's, and commits nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from bootctl.database.session import Execute
from bootctl.database.transactions import is_in_block
from bootctl.database.url import Url
from bootctl.migrate.protocol import SessionMarker


def mark(session: SessionMarker, url: Url, connection: Connection) -> None:
    """Mark the session of ``connection`` to ``url``; one that is marked already stays so.

    A transaction that a listener of ``env.py`` has begun when it connected stays as well: with it
    would go what the listener has set, such as a role.
    """
    raw: Any = connection.connection.dbapi_connection
    is_begun = connection.in_transaction() or is_in_block(connection.connection.driver_connection)
    session.mark(url, _execute(raw))
    if not is_begun:
        raw.rollback()


def unmark_when_returned(session: SessionMarker, url: Url) -> Callable[[Any, Any], None]:
    """Return a listener for the return of a connection to its pool, which may lend it again."""

    def checkin(raw: Any, _: Any) -> None:
        if raw is None:  # it was invalidated
            return
        with suppress(Exception):  # with a connection that is lost, so is the mark
            session.unmark(url, _execute(raw))
            raw.rollback()

    return checkin


def _execute(raw: Any) -> Execute:
    def execute(statement: str) -> object:
        cursor = raw.cursor()
        try:
            cursor.execute(statement)
            return cursor.fetchone()[0]
        finally:
            cursor.close()

    return execute
