"""What was read of a project's databases at one moment, and what an upgrade did: plain values."""

from dataclasses import dataclass

from bootctl.database.state import Difference, Direction, Revision
from bootctl.database.url import Url
from bootctl.ledger.table import Altered


@dataclass(frozen=True)
class Database:
    """One database as it was read: its revisions, and its differences where they were asked for."""

    url: Url
    transactional: bool
    """Whether a migration that fails here is rolled back."""
    direction: Direction
    current: tuple[str, ...]
    """The heads its version table holds."""
    applied: tuple[str, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[str, ...]
    """Revisions it holds that the code does not know."""
    differences: tuple[Difference, ...] | None
    """``None`` where they were not read."""
    reason: str = ""
    """Why its direction is dirty."""
    has_way_out: bool = False
    """Whether the backend knows what leads out: of what was left half done, not of what is unrecorded."""
    edited: tuple[Altered, ...] = ()
    """Applied revisions whose file is another now."""
    vanished: tuple[Altered, ...] = ()
    """Applied revisions that the code does not know, below some that it does."""


_WORST_FIRST = (
    Direction.DIRTY,
    Direction.DIVERGED,
    Direction.AHEAD,
    Direction.BEHIND,
    Direction.FRESH,
    Direction.AT_HEAD,
)


@dataclass(frozen=True)
class Inspection:
    """Every database of the project, read at one moment. Most projects have one."""

    databases: tuple[Database, ...]

    @property
    def direction(self) -> Direction:
        """The direction that needs attention most."""
        found = {database.direction for database in self.databases}
        return next((item for item in _WORST_FIRST if item in found), Direction.AT_HEAD)

    def split(self, direction: Direction) -> tuple["Inspection", "Inspection"]:
        """The databases of this direction, and the others."""
        chosen = tuple(item for item in self.databases if item.direction is direction)
        others = tuple(item for item in self.databases if item.direction is not direction)
        return Inspection(chosen), Inspection(others)

    @property
    def is_transactional(self) -> bool:
        """Whether a migration that fails is rolled back, whichever of them it fails in."""
        return all(database.transactional for database in self.databases)

    @property
    def pending(self) -> tuple[Revision, ...]:
        """Revisions that at least one database lacks, in order of application."""
        return tuple(dict.fromkeys(item for db in self.databases for item in db.pending))

    @property
    def differences(self) -> tuple[Difference, ...] | None:
        """The differences of all databases; ``None`` where one was not compared."""
        found = [database.differences for database in self.databases]
        if None in found:
            return None
        return tuple(item for differences in found for item in differences or ())


@dataclass(frozen=True)
class Applied:
    """One migration that was applied to one database."""

    revision: Revision
    duration_ms: int


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did, as its own transaction saw it."""

    applied: tuple[Applied, ...]
    verify_ms: int | None
    """Milliseconds for which the verification held the migrations' locks; ``None`` where it held
    none, because it comes after the commit."""
