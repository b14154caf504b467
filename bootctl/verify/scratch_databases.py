"""Databases that bootctl makes on a server for itself, and drops.

Nothing of them stays: what a process that was killed has left, the next one drops. On PostgreSQL a
scratch database is somebody's as long as a session is in it, on MySQL as long as the lock of its name
is taken.
"""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from bootctl.database import driver_errors
from bootctl.database.driver_connection import execute
from bootctl.errors import RefusedError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PREFIX = "bootctl_scratch_"

_ABANDONED_ON_POSTGRESQL = (
    "SELECT datname FROM pg_database WHERE left(datname, length(:prefix)) = :prefix AND NOT EXISTS "
    "(SELECT FROM pg_stat_activity WHERE pg_stat_activity.datid = pg_database.oid)"
)
_ABANDONED_ON_MYSQL = (
    "SELECT schema_name FROM information_schema.schemata "
    "WHERE left(schema_name, length(:prefix)) = :prefix AND is_free_lock(schema_name)"
)
_CHARACTERS = (
    "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata "
    "WHERE schema_name = :name"
)


_NAMED_ON_POSTGRESQL = "SELECT datname FROM pg_database WHERE datname = :name"


def new_name() -> str:
    """Return a name that no other database has."""
    return f"{_PREFIX}{uuid.uuid4().hex[:12]}"


def create(connection: "Connection", name: str, like: str, role: str) -> None:
    """Make the empty database ``name``, with the character set of the database ``like``.

    ``connection`` is in autocommit, and on MySQL keeps the database from being dropped by others.
    Raises ``RefusedError`` where the ``role`` may not.
    """
    if connection.dialect.name == "postgresql":
        with _allowed("CREATEDB", f"ALTER ROLE {role} CREATEDB"):
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return
    execute(connection, "SELECT get_lock(:name, 0)", {"name": name})
    options = [f"CHARACTER SET {one} COLLATE {other}" for one, other in _like(connection, like)]
    with _allowed(ALL_PRIVILEGES, f"{GRANT_ALL} TO {role}"):
        connection.exec_driver_sql(" ".join([f"CREATE DATABASE {name}", *options]))


ALL_PRIVILEGES = "ALL PRIVILEGES on databases called bootctl_scratch_..."
GRANT_ALL = "GRANT ALL PRIVILEGES ON `bootctl\\_scratch\\_%`.*"


def _allowed(what: str, grant: str) -> AbstractContextManager[None]:
    hint = f"{grant}; or let database.url name a server, such as one of CI, where the role may."
    return privileged("an empty database for the migrations cannot be made", what, hint)


def exists(connection: "Connection", name: str) -> bool:
    """Return whether the server has the database ``name``."""
    postgresql = connection.dialect.name == "postgresql"
    query = _NAMED_ON_POSTGRESQL if postgresql else _CHARACTERS
    return execute(connection, query, {"name": name}).first() is not None


def drop(connection: "Connection", name: str) -> None:
    """Drop the database ``name``, whoever is still in it, and what others have left."""
    if connection.dialect.name == "postgresql":
        version: Any = connection.dialect.server_version_info
        force = " WITH (FORCE)" if version >= (13,) else ""
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
    else:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        execute(connection, "SELECT release_lock(:name)", {"name": name})
    drop_abandoned(connection)


def drop_abandoned(connection: "Connection") -> None:
    """Drop what processes that were killed have left, where the role may."""
    postgresql = connection.dialect.name == "postgresql"
    query = _ABANDONED_ON_POSTGRESQL if postgresql else _ABANDONED_ON_MYSQL
    for name in execute(connection, query, {"prefix": _PREFIX}).scalars().all():
        with suppress(Exception):  # another's, who has just entered it, or whose role it is
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


def _like(connection: "Connection", name: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in execute(connection, _CHARACTERS, {"name": name})]


@contextmanager
def privileged(purpose: str, what: str, hint: str) -> Iterator[None]:
    """Have it said that ``purpose`` fails because the role lacks ``what``, where it does."""
    try:
        yield
    except Exception as error:
        failure = driver_errors.classify(error)
        if failure is None or failure.kind != "permission":
            raise
        raise RefusedError(
            f"{purpose}: the role lacks {what}", hint=hint, cause=failure.kind
        ) from error
