"""A connection of one's own to a database that is to be migrated, as the project connects."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bootctl.database.migration_target import MigrationTarget

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Result = TypeVar("_Result")


def asked(
    target: MigrationTarget, function: "Callable[[Connection], _Result]", *, writes: bool = False
) -> _Result:
    """Return what ``function`` makes of a new connection in autocommit, which is then closed."""
    if target.url.scheme == "sqlite":
        from bootctl.database.sqlite_connection import connected

        path = os.path.realpath(target.url.database)
        return connected(path, function, mode="rw" if writes else "ro")
    session = target.open()
    try:
        return session.run(function)
    finally:
        session.close()
