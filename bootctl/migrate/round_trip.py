"""Whether a migration can be taken back: it is applied, undone and applied again, on an empty database."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bootctl.database.state import Revision
from bootctl.errors import BootError
from bootctl.values import frozen
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog

if TYPE_CHECKING:
    from sqlalchemy import Connection

Read = Callable[["Connection"], Catalog]
"""Reads what the migrations have made so far."""


@frozen
class RoundTrip:
    """What became of one migration."""

    revision: Revision
    changes: tuple[Change, ...] = ()
    """What is not as it was, after it was undone and applied again."""
    irreversible: str = ""
    """Why it cannot be undone; empty where it can."""
    failed: str = ""
    """What failed: ``downgrade``, or ``upgrade after downgrade``; empty where nothing did."""
    error: BootError | None = None
    """What it failed with. What follows it was not tried."""


class RoundTrips:
    """The round trips of a project's migrations, one after the other, as they are made.

    Those of ``skipped`` migrations are not made: they are only applied.
    """

    def __init__(self, read: Read, skipped: Collection[str]) -> None:
        self.read = read
        self.made: list[RoundTrip] = []
        self._skipped = skipped
        self._revision: Revision | None = None
        self._does = ""

    def applying(self, revision: Revision) -> None:
        """Note that a migration is applied for the first time: what fails then is no round trip."""
        self._revision, self._does = revision, ""

    def is_made(self, irreversible: str) -> bool:
        """Return whether the migration that was applied is to be undone, and why it cannot be."""
        assert self._revision is not None  # it was applied
        if irreversible:
            self.made.append(RoundTrip(self._revision, irreversible=irreversible))
        return not irreversible and self._revision.id not in self._skipped

    def doing(self, what: str) -> None:
        """Note that ``what`` follows: ``downgrade``, or ``upgrade after downgrade``."""
        self._does = what

    def compared(self, changes: tuple[Change, ...]) -> None:
        """Note what the migration has changed by its round trip."""
        assert self._revision is not None  # it was applied
        self.made.append(RoundTrip(self._revision, changes))

    def failing(self, error: BootError) -> RoundTrip:
        """Return the round trip that ended with ``error``. Raises it where none had begun."""
        if self._revision is None or not self._does:
            raise error
        return RoundTrip(self._revision, failed=self._does, error=error)
