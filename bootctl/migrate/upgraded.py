"""What an upgrade did, and what became of a migration that failed: plain values."""

from enum import Enum, auto

from bootctl.database.state import Revision
from bootctl.errors import BootError
from bootctl.values import frozen


@frozen
class Applied:
    """One migration that was applied to one database."""

    revision: Revision
    duration_ms: int


class Fate(Enum):
    """What became of a migration that failed, where the database can roll back."""

    UNDONE = auto()
    PARTIAL = auto()
    """A part of it is committed."""
    UNKNOWN = auto()


@frozen
class Failure:
    """Why an upgrade ended before its end, and what is known of the migration it ended in."""

    error: BootError
    fate: Fate
    """As the database told afterwards."""
    is_untouched: bool
    """Whether nothing of it was committed, because its first statement has failed."""
    partial: Revision | None = None
    """The migration that failed, or one before it that has committed a part and is not recorded."""
    unseen: tuple[str, ...] = ()
    """What the migrations did that may have committed something, unseen."""
    has_committed: bool = False
    """Whether statements were committed before the one that failed, where each is."""


@frozen
class Upgraded:
    """What an upgrade did, as its own transaction saw it."""

    applied: tuple[Applied, ...]
    verify_ms: int | None
    """Milliseconds for which the verification held the migrations' locks; ``None`` where it held
    none, because it comes after the commit."""
    failure: Failure | None = None
