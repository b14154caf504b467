"""What is known of a migration history and of the databases it is applied to: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto

from bootctl.database.url import Url


class Direction(StrEnum):
    """Where a database stands relative to the code."""

    FRESH = "fresh"
    BEHIND = "behind"
    AT_HEAD = "at-head"
    AHEAD = "ahead"
    DIVERGED = "diverged"
    DIRTY = "dirty"

    @classmethod
    def of(
        cls, recorded: Sequence[object], unknown: Sequence[object], pending: Sequence[object]
    ) -> "Direction":
        """Where a database stands, by what it has recorded.

        ``unknown`` is what of it the code does not have, ``pending`` what of the code it has not.
        """
        if unknown:
            return cls.DIVERGED if pending else cls.AHEAD
        if not recorded:
            return cls.FRESH
        return cls.BEHIND if pending else cls.AT_HEAD


@dataclass(frozen=True)
class Revision:
    """One migration file."""

    id: str
    summary: str
    path: str
    checksum: str = ""
    """Of the file's text; empty where there is only bytecode."""

    def __str__(self) -> str:
        return f"{self.id} ({self.summary})" if self.summary else self.id


@dataclass(frozen=True)
class History:
    """The migrations in the code, from base to head."""

    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]


class Filling(Enum):
    """What a column holds in a row that was inserted without it."""

    NOTHING = auto()
    """The row is refused."""
    NULL = auto()
    DEFAULT = auto()
    DISTINCT = auto()
    """A value that no other row has."""
    COMPUTED = auto()
    """What the database computes; it takes no other value."""


@dataclass(frozen=True)
class Difference:
    """One thing in which the database is not what the models say.

    What identifies it is its words. ``filling`` and ``binds`` are of the live object, for those
    kinds of which older code may not know; ``None`` where they are not known.
    """

    kind: str
    """Such as ``missing table`` or ``changed type``, from the database's point of view."""
    name: str
    """The object: ``table``, ``table.column``, ``table.index``; with its schema where it has one."""
    detail: str = ""
    filling: Filling | None = field(default=None, compare=False, repr=False)
    """Of a column, and of its default."""
    binds: tuple[str, ...] | None = field(default=None, compare=False, repr=False)
    """The columns, as differences name them, in which an index or a foreign key takes not every
    value: none for an index that is not unique."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Altered:
    """An applied migration whose file is not what was applied, by the ledger."""

    revision: str
    file: str
    applied_at: datetime
    """In UTC."""
    code_version: str
    """The project's version that applied it; empty where it states none."""
    accept: str
    """The statement that accepts it."""

    def __str__(self) -> str:
        by = f" by version {self.code_version}" if self.code_version else ""
        return f"{self.revision} ({self.file}, applied {self.applied_at.isoformat()}Z{by})"


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
