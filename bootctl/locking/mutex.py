"""What the migration lock needs of each kind of database."""

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from bootctl.database.migration_target import Writer
from bootctl.database.session import Execute
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class Holder:
    """Who holds a lock, as far as the database says."""

    pid: int | None
    """The server's number for the session; of SQLite, the process."""
    application: str = ""
    address: str = ""
    seconds: float | None = None
    """How long it has been there."""

    def __str__(self) -> str:
        parts = [
            f"pid {self.pid}" if self.pid is not None else "",
            self.application,
            f"from {self.address}" if self.address else "",
            f"for {self.seconds:.0f} s" if self.seconds is not None else "",
        ]
        return ", ".join(part for part in parts if part)


class Mutex(Protocol):
    """The lock of one database. Its methods raise what the driver raises."""

    target: str
    """The database, without secrets."""
    end: str
    """What ends the session of a holder, with a place for its pid; empty where nothing does."""

    def take(self) -> bool:
        """Take the lock, if it is free. Another is then not even finishing a statement."""

    def is_held(self) -> bool:
        """Return whether this process has it: asked of the server, not concluded."""

    def holder(self) -> Holder | None:
        """Return who else has the lock, as far as can be told."""

    def at_head(self) -> bool:
        """Return whether there is nothing left to migrate."""

    def run(self, function: "Callable[[Connection], Any]") -> Any:
        """Call ``function`` with the connection of the lock, in autocommit."""

    def mark(self, execute: Execute) -> bool:
        """Let the session behind ``execute``, which is to migrate, be known to the others.

        ``False`` where another one still migrates: one whose process is gone, and whose last
        statement goes on in the server.
        """

    def writer(self) -> Writer | None:
        """Return the session that migrates, as a server tells of it."""

    def unmark(self, execute: Execute) -> None:
        """Free what ``mark`` took of the session."""

    def release(self) -> None:
        """Free the lock, and close the connection."""


def digest(*parts: str) -> bytes:
    """64 bits for a name made of ``parts``."""
    return blake2b("\0".join(parts).encode(), digest_size=8).digest()
