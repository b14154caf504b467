"""A pooler between us and PostgreSQL that lends a server's session for one transaction only.

Through it a lock is taken in one session and freed in another, or kept by one that others use.
https://www.pgbouncer.org/features.html
"""

from collections.abc import Callable

from sqlalchemy import Connection

from bootctl.database import driver_errors
from bootctl.database.migration_target import MigrationTarget
from bootctl.database.session import Session

_ASKED = 8
"""Times: of a pool that others keep busy, two clients may well get two sessions, but not so often."""


def refuse_pooler(place: MigrationTarget, session: Session) -> None:
    """Raise ``SettingsError`` where ``session`` is not one session of the server's.

    A pooler tells its clients a process id of its own. It may still keep a session for each of
    them: that it does not is proved by two clients in one session, or one in two.
    """
    if not is_pooled(session):
        return
    other = place.open()
    try:
        seen = [(session.run(_pid), other.run(_pid)) for _ in range(_ASKED)]
    finally:
        other.close()
    first, second = map(set, zip(*seen, strict=True))
    if len(first) > 1 or len(second) > 1 or first & second:
        raise driver_errors.pooler_fault(
            f"{place.url} leads through a pooler in transaction mode, which keeps no lock",
            {"target": str(place.url)},
        )


def is_pooled(session: Session) -> bool:
    """Return whether a pooler answers in the place of the server's session."""
    return bool(session.run(_told_pid) != session.run(_pid))


def _pid(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _told_pid(connection: Connection) -> int | None:
    """Return the process that the connection's start named, where the driver shows it."""
    driver = connection.connection.driver_connection
    asked: Callable[[], int] | None = getattr(driver, "get_server_pid", None)  # asyncpg
    return asked() if asked else getattr(getattr(driver, "info", None), "backend_pid", None)
