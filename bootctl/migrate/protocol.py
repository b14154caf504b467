"""What the pipeline needs of an ORM's migrations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bootctl.database.migration_target import MigrationTarget
from bootctl.database.session import Execute
from bootctl.database.state import Difference, History, Revision
from bootctl.database.url import Url
from bootctl.errors import BootError
from bootctl.ledger.recovery import WayOut
from bootctl.migrate.inspection import Database, Inspection, Upgraded

if TYPE_CHECKING:
    from sqlalchemy import Connection

Compare = Literal["never", "at-head", "ahead", "always"]
"""Whether reading a database also compares it with the models: ``at-head`` one that is at head;
``ahead`` also one that is ahead, and that closely enough to run older code on it."""


class Located(BaseException):
    """The project's code is about to connect to databases that nobody has waited for yet.

    Not an ``Exception``: it passes through user code. Each database is reported once.
    """

    def __init__(self, *urls: Url) -> None:
        super().__init__(*map(str, urls))
        self.urls = urls


class Claim(Protocol):
    """Lets the session that migrates be known to other processes, while it lasts."""

    def claim(self, url: Url, execute: Execute) -> None:
        """``execute`` is on the session, before its first step; no transaction begins with it.

        Raises ``LockedError`` where another session still migrates.
        """

    def give_up(self, url: Url, execute: Execute) -> None:
        """The session is done."""

    def run(self, url: Url, function: "Callable[[Connection], Any]") -> Any:
        """Call ``function`` with a connection to the same database, in autocommit, not the session's."""


@dataclass(frozen=True)
class Guard:
    """What the pipeline asks of an upgrade."""

    before_step: Callable[[Revision], None]
    """Called before each migration; raises where it must not be applied."""
    session: Claim
    before_commit: Callable[[tuple[Difference, ...]], None] | None
    """Called with the differences that are left, while they can still be rolled back; raises
    where they must be. ``None``: the schema is not compared before the commit."""


class Backend(Protocol):
    """What the pipeline needs of an ORM's migrations."""

    name: str

    def history(self) -> History:
        """The migrations in the code."""

    def inspect(self, compare: Compare) -> Inspection:
        """Read every database; write to none. Raises ``Located`` for each one it meets first."""

    def way_out(self, database: Database) -> WayOut:
        """What leads out of a ``database`` that was inspected last, and is dirty.

        It may execute a migration's code to learn what it prints, and no statement.
        """

    def places(self) -> tuple[MigrationTarget, ...]:
        """The databases, as they were inspected last."""

    def upgrade(self, guard: Guard) -> Upgraded:
        """Apply what is pending.

        Raises ``MigrationError``, or what ``guard`` raises; the database is then as it was,
        where it can roll back.
        """

    def sql(self) -> str:
        """The statements that ``upgrade`` would execute."""

    def unmigrated(self) -> tuple[Difference, ...] | None:
        """What the models have and the migration files have not, or the reverse.

        Needs no database. ``None`` where the files do not say what the models were.
        """

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Why these databases must not be migrated, where the backend knows more than a direction.

        ``found`` are the differences that count.
        """

    def new_migration(self, message: str) -> str:
        """The command that makes a migration of what the models have and the database lacks."""
