"""A database that is to be migrated, as its lock needs to know it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bootctl.database.session import Session
from bootctl.database.url import Url
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class VersionTable:
    """A table that records what is applied."""

    schema: str | None
    """``None``: the connection's default schema."""
    name: str


@frozen
class MigrationTarget:
    """A database that is to be migrated, as its lock needs to know it."""

    url: Url
    tables: tuple[VersionTable, ...]
    """Its version tables."""
    open: Callable[[], Session]
    """Connects as the project does."""
    at_head: "Callable[[Connection], bool]"
    """Whether nothing is pending, read on any connection to it."""


@frozen
class Writer:
    """A session that migrates, seen from another one on the same server."""

    observer: Session
    pid: "Callable[[Connection], int | None]"
    """The server's number for it, while it migrates."""
