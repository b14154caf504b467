"""A pooler between us and PostgreSQL that lends a server's session for one transaction only.

Through it a lock is taken in one session and freed in another, or kept by one that others use.
https://www.pgbouncer.org/features.html
"""

from collections.abc import Callable

from sqlalchemy import Connection

from bootctl.errors import SettingsError
from bootctl.session import Place, Session


def refuse_pooler(place: Place, session: Session) -> None:
    """Raise ``SettingsError`` where ``session`` is not one session of the server's.

    A pooler tells its clients a process id of its own. It may still keep a session for each of
    them: that it does not is proved by two clients in one session, or one in two.
    """
    if session.run(_told_pid) == session.run(_pid):
        return
    other = place.open()
    try:
        first, second = _pids(session), _pids(other)
        first |= _pids(session)
    finally:
        other.close()
    if len(first) > 1 or len(second) > 1 or first & second:
        raise SettingsError(
            f"{place.url} leads through a pooler in transaction mode, which keeps no lock",
            hint="Set BOOTCTL__DATABASE__MIGRATION_URL to a URL that leads to the server itself, or "
            "to a pool in session mode; the service goes on using the pooler.",
            setting="database.migration_url",
            target=str(place.url),
        )


def _pids(session: Session) -> set[int]:
    return {session.run(_pid), session.run(_pid)}


def _pid(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _told_pid(connection: Connection) -> int | None:
    """The process that the connection's start named, where the driver shows it."""
    driver = connection.connection.driver_connection
    asked: Callable[[], int] | None = getattr(driver, "get_server_pid", None)  # asyncpg
    return asked() if asked else getattr(getattr(driver, "info", None), "backend_pid", None)
