"""What every backend reads of a database, and what follows from it."""

from typing import TYPE_CHECKING

from bootctl.database.state import Direction, Revision
from bootctl.database.url import Url
from bootctl.ledger.table import Altered
from bootctl.migrate.inspection import Comparison, Database, Unrecorded
from bootctl.migrate.protocol import Compare
from bootctl.values import frozen

if TYPE_CHECKING:
    from bootctl.ledger.incomplete import IncompleteState


@frozen
class Reading:
    """A version table beside the migrations in the code."""

    url: Url
    transactional: bool
    has_migrations: bool
    """Whether there are any in the code."""
    current: tuple[str, ...]
    applied: tuple[str, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[str, ...]
    edited: tuple[Altered, ...]
    vanished: tuple[Altered, ...]

    @property
    def direction(self) -> Direction:
        """Return where the database stands, as far as its version table tells."""
        return Direction.of(self.current, self.unknown, self.pending)

    @property
    def may_be_incomplete(self) -> bool:
        """Return whether something of a pending migration may be there already."""
        return self.direction in (Direction.FRESH, Direction.BEHIND) and bool(self.pending)

    def is_compared(self, compare: Compare, *, even_ahead: bool) -> bool:
        """Return whether ``compare`` asks for a comparison with the models.

        ``even_ahead``: also of a database that is ahead, whatever it is needed for.
        """
        at_head = self.direction is Direction.AT_HEAD or not self.has_migrations
        ahead = self.direction is Direction.AHEAD and (even_ahead or compare in ("ahead", "strict"))
        return compare == "always" or (compare != "never" and (at_head or ahead))

    def has_snapshot(self, compare: Compare) -> bool:
        """Return whether its schema is needed: to be compared, or to tell what migrations change.

        Reading it waits for who alters a table, so that it is left out while nobody holds the lock.
        """
        if compare == "at-head":
            return self.is_compared(compare, even_ahead=True)
        return compare != "never"

    def is_compared_strictly(self, compare: Compare) -> bool:
        """Return whether the comparison has to tell if code works that does not know what differs."""
        ahead = compare == "ahead" and self.direction is Direction.AHEAD
        return ahead or compare == "strict"

    def database(
        self,
        comparison: Comparison | None,
        incomplete: "IncompleteState | None",
        unrecorded: Unrecorded | None = None,
    ) -> Database:
        """Return the value for it; dirty where it is ``incomplete``, or something is ``unrecorded``."""
        reason = "; ".join(
            filter(None, (str(incomplete or ""), unrecorded.said if unrecorded else ""))
        )
        return Database(
            url=self.url,
            transactional=self.transactional,
            direction=Direction.DIRTY if reason else self.direction,
            current=self.current,
            applied=self.applied,
            pending=self.pending,
            unknown=self.unknown,
            comparison=comparison,
            reason=reason,
            incomplete=incomplete,
            edited=self.edited,
            vanished=self.vanished,
            unrecorded=unrecorded,
        )
