"""What a way out is, before and while it is taken: plain values."""

from enum import StrEnum
from typing import TYPE_CHECKING

from bootctl.database.migration_target import MigrationTarget
from bootctl.migrate.inspection import Database
from bootctl.values import frozen

if TYPE_CHECKING:
    from bootctl.ledger.executed import Statement
    from bootctl.ledger.table import Entry


class Way(StrEnum):
    """What can be asked for."""

    FORWARD = "forward"
    BACK = "back"
    ACCEPT = "accept"
    BASELINE = "baseline"


@frozen
class Wanted:
    """What was asked for."""

    way: Way
    revision: str
    """As it was typed: a revision, the beginning of one, or ``head``."""


@frozen
class Resolution:
    """A way out of what is the matter with one database."""

    way: Way
    revision: str
    target: MigrationTarget
    database: Database
    found: str
    """What is the matter, a phrase."""
    after: str
    """What the database is then, a phrase."""
    entry: "Entry"
    """The ledger's row for the migration."""
    statements: tuple[str, ...] = ()
    """What is executed, in order; it may hold secrets."""
    beside: tuple[str, ...] = ()
    """What is executed first, and is in no journal: it mends what the catalog shows."""
    ran: "tuple[Statement, ...]" = ()
    """What of the migration has taken effect."""
    records: bool = False
    """Whether the migration is applied then, so that the ledger gets its row."""
    is_journaled: bool = False
    """Whether the migration has a journal, to be kept on the way."""
    notes: tuple[str, ...] = ()
    """What is not known, a sentence each."""

    @property
    def all_statements(self) -> tuple[str, ...]:
        """Return all that is executed."""
        return (*self.beside, *self.statements)

    @property
    def before(self) -> str:
        """Return what the database is now, a phrase."""
        return f"{self.database.direction}, {at(self.database)}"

    def is_of(self, database: Database) -> bool:
        """Return whether it is about ``database``, which was read at another time."""
        own = self.database
        return (own.url, own.version_table) == (database.url, database.version_table)


def at(database: Database) -> str:
    """Return where a database is, a phrase."""
    return f"at {', '.join(database.current)}" if database.current else "at no revision"
