"""What the pipeline needs of an ORM's migrations."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bootctl.database.connector import Connector
from bootctl.database.session import Execute
from bootctl.database.state import Difference, History, Revision
from bootctl.database.url import Url
from bootctl.errors import BootError
from bootctl.migrate.inspection import Comparison, Database, Inspection, Made, NewTargets, Stamp
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.database.activity import Activity
    from bootctl.ledger.recovery import RecoveryPlan
    from bootctl.migrate.risk.printed import PrintedMigration
    from bootctl.migrate.round_trip import RoundTrips
    from bootctl.migrate.upgraded import Upgraded
    from bootctl.project.unimported import Unimported

Compare = Literal["never", "at-head", "before-migrating", "ahead", "strict", "always"]
"""Whether reading a database also compares it with the models: ``at-head`` one that is at head;
``before-migrating`` the same, and what migrations will change is read of the others;
``ahead`` also one that is ahead, and that strictly enough to run older code on it; ``strict``
both of them so strictly."""


Inspected = Inspection | NewTargets
"""What was read; or what has to be waited for first, and then nothing counts that was read."""
WaitedFor = Sequence[Url]
"""The databases that were waited for."""
IsReady = Callable[[Url], bool]
"""Whether a database has answered, which the project's code is about to connect to."""


def never(url: Url) -> bool:
    """Return ``False``."""
    return False


class SessionMarker(Protocol):
    """Lets the session that migrates be known to other processes, while it lasts."""

    def mark(self, url: Url, execute: Execute) -> None:
        """Mark the session behind ``execute``, before its first step; no transaction begins with it.

        Raises ``LockedError`` where another session still migrates.
        """

    def unmark(self, url: Url, execute: Execute) -> None:
        """Free the mark: the session is done."""

    def run(self, url: Url, function: "Callable[[Connection], Any]") -> Any:
        """Call ``function`` with a connection to the same database, in autocommit, not the session's."""


class Watch(Protocol):
    """Sees which sessions a migration waits for."""

    def blockers(self) -> Sequence[object]:
        """Return those seen last, also when they block no more."""


class HeldLock(SessionMarker, Protocol):
    """The migration lock of all databases, as an upgrade uses it."""

    def check(self) -> None:
        """Raise ``LockedError`` where the lock was lost."""

    def activity(self) -> "Activity | None":
        """Return what the session that migrates does, as its server tells. Raises what the driver raises."""

    def watched(self) -> AbstractContextManager[Watch]:
        """Watch the sessions that migrate inside."""


@frozen
class Guard:
    """What the pipeline asks of an upgrade."""

    before_step: Callable[[Revision], None]
    """Called before each migration; raises where it must not be applied."""
    session: SessionMarker
    before_commit: Callable[[Comparison], None] | None
    """Called with what is left to differ, while it can still be rolled back; raises where it must
    be. ``None``: the schema is not compared before the commit."""
    compares_strictly: Callable[[Comparison], bool] = lambda _: False
    """Whether ``before_commit`` has to know how code that does not know the differences would fare."""
    executing: Callable[[str], None] | None = None
    """Called with each statement before it is executed; raises where it must not be."""
    made: Callable[[Made], None] | None = None
    """Called with the schema before each commit that can be seen, or else after the last one; raises
    where it must be rolled back."""
    stepped: Callable[[], None] = lambda: None
    """Called when a migration's own code has ended, and what it did is recorded."""


class Backend(Protocol):
    """What the pipeline needs of an ORM's migrations."""

    name: str

    def history(self) -> History:
        """Return the migrations in the code."""

    def locate(self) -> tuple[Url, ...]:
        """Return the databases that the project's code connects to first. Connects to none."""

    def connector(self, url: Url) -> Connector | None:
        """Return how the project's code connects to ``url``, which was located.

        ``None`` where it is a file, or does not connect by itself.
        """

    def connects_by_url(self, url: Url) -> bool:
        """Return whether the project's code connects to ``url`` alone, and by what that says alone."""

    def import_rest(self) -> None:
        """Import what takes part once the databases are ready: in a thread, while they are waited for and read."""

    def inspect(self, compare: Compare, known: WaitedFor, is_ready: IsReady = never) -> Inspected:
        """Read every database, and write to none; connect only to those that are ``known``.

        Returns the databases that have to be waited for first, where the code connects to others.
        Of one that shows when the code is about to connect, ``is_ready`` tells whether it may go on.
        """

    def recovery_plan(self, inspection: Inspection, database: Database) -> "RecoveryPlan":
        """Return what leads out of a ``database`` of ``inspection`` that is dirty.

        It may execute a migration's code to learn what it prints, and no statement.
        """

    def stamp(self, database: Database, revision: str) -> Stamp:
        """Return what records ``revision`` in ``database``. Executes nothing of it."""

    def upgrade(self, inspection: Inspection, guard: Guard) -> "Upgraded":
        """Apply what is pending to the databases that were inspected.

        What went wrong is in the value that is returned; what ``guard`` raises too, if it is a
        ``BootError``. The databases are then as they were, where they can roll back.
        """

    def round_trips(self, inspection: Inspection, guard: Guard, trips: "RoundTrips") -> None:
        """Apply what is pending, undo and apply again each migration on the way, and tell ``trips``.

        Raises what a migration fails with.
        """

    def sql(self, inspection: Inspection) -> str:
        """Return the statements that ``upgrade`` would execute."""

    def printed(self, inspection: Inspection) -> "Sequence[PrintedMigration]":
        """Return what each pending migration would execute, as far as that is known without a database.

        It executes the migrations' code, and no statement; what that raises is no error.
        """

    def unmigrated(self) -> tuple[Difference, ...] | None:
        """Return what the models have and the migration files have not, or the reverse.

        Needs no database. ``None`` where the files do not say what the models were.
        """

    def unimported(self) -> "Sequence[Unimported]":
        """Return the models that a comparison does not know, because nothing imports them.

        It knows what the code has imported by now, so it is asked after ``inspect``.
        """

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Return why these databases must not be migrated, where a direction does not say it all.

        ``found`` are the differences that count.
        """

    def new_migration(self, message: str, apps: Sequence[str] = ()) -> str:
        """Return the command that makes a migration of what the database lacks of the models.

        ``apps`` are those whose tables differ, for what has apps.
        """
