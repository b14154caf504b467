"""Time-outs by which a server itself ends a session: the same migration meets them again.

https://www.postgresql.org/docs/current/runtime-config-client.html and
https://mariadb.com/kb/en/server-system-variables/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bootctl.errors import BootError, MigrationError, NotReadyError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_POSTGRESQL = """
    SELECT name, reset_val::bigint / 1000.0 FROM pg_settings
    WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout', 'idle_session_timeout')
      AND reset_val::bigint > 0
"""
"""As a new session has them: the lock's own has none."""
KEEP_LIMIT = "SET @bootctl_wait_timeout = @@session.wait_timeout"
"""Executed in a MySQL session before it is given a longer time than the project's sessions have."""
_WAIT = "SELECT 'wait_timeout', COALESCE(@bootctl_wait_timeout, @@session.wait_timeout)"
_MARIADB = """
    SHOW GLOBAL VARIABLES WHERE value > 0 AND variable_name IN ('idle_transaction_timeout',
    'idle_write_transaction_timeout', 'idle_readonly_transaction_timeout')
"""


def limits(connection: "Connection") -> list[tuple[str, float]]:
    """Return the server's settings that end a session which does nothing, and their seconds."""
    is_postgresql = connection.dialect.name == "postgresql"
    queries = (_POSTGRESQL,) if is_postgresql else (_WAIT, _MARIADB)
    rows = [row for query in queries for row in connection.exec_driver_sql(query).all()]
    return [(str(name), float(seconds)) for name, seconds in rows]


def ended_by_server(error: BootError, seconds: float, found: list[tuple[str, float]]) -> BootError:
    """Return ``error``, or that a limit of the server's ended the session that was lost.

    It is one where the upgrade took ``seconds``, which is longer than the limit.
    """
    lost = isinstance(error, NotReadyError) and error.fields.get("cause") == "connection lost"
    lost = lost and "administrator command" not in error.message
    reached = list(_reached(seconds, found))
    if not (lost and reached):
        return error
    names = " and ".join(reached)
    settings = " and ".join(name.partition("=")[0] for name in reached)
    return MigrationError(
        f"{error.message}; the server ends sessions that are idle, by {names}, and the upgrade had "
        f"run for {seconds:.0f} s",
        hint=f"Starting again meets it again. Raise {settings} for the role that migrates, or let the "
        "migration do less between two statements.",
        **{**error.fields, "settings": reached},
    )


def _reached(seconds: float, found: list[tuple[str, float]]) -> Iterator[str]:
    yield from (f"{name}={limit:g} s" for name, limit in found if seconds >= limit)
