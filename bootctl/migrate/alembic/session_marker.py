"""The session in which ``env.py`` migrates, claimed below SQLAlchemy's own idea of a transaction.

Alembic takes any statement before ``context.configure()`` for the beginning of a transaction of
somebody else's, and commits nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine

from bootctl.database.session import Execute
from bootctl.migrate.alembic.databases import public
from bootctl.migrate.protocol import Claim


def claim(session: Claim, connection: Connection) -> None:
    """Claim the session of ``connection``; one that it has claimed before stays claimed."""
    raw: Any = connection.connection.dbapi_connection
    session.claim(public(connection.engine.url), _execute(raw))
    if not connection.in_transaction():
        raw.rollback()


def give_up(session: Claim, engine: Engine) -> Callable[[Any, Any], None]:
    """A listener for the return of a connection to its pool, which may lend it again."""

    def checkin(raw: Any, _: Any) -> None:
        if raw is None:  # it was invalidated
            return
        with suppress(Exception):  # with a connection that is lost, so is the claim
            session.give_up(public(engine.url), _execute(raw))
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
