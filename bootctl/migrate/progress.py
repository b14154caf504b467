"""What an upgrade is doing, and what it has done."""

from bootctl.database.state import Revision
from bootctl.errors import BootError
from bootctl.migrate.inspection import Applied, Failure, Upgraded
from bootctl.output.stopwatch import Stopwatch


class Progress:
    """Which migration is being applied, and how long each took."""

    def __init__(self) -> None:
        self.current: Revision | None = None
        self.executed: int | None = None
        """The statements of the migration that failed, that one included, where they are counted."""
        self.applied: list[Applied] = []
        self.verify_ms: int | None = None
        self.commits_as_it_goes = False
        """Whether the current migration commits what it executes, although a rollback could undo it."""

    def start(self, revision: Revision) -> None:
        """Begin with a migration."""
        self.current = revision
        self.executed = None
        self._watch = Stopwatch()

    @property
    def elapsed_ms(self) -> int:
        """Return the milliseconds since the migration that began has begun."""
        return self._watch.ms

    def finish(self) -> None:
        """Count the migration that began as applied."""
        assert self.current is not None
        self.applied.append(Applied(self.current, self.elapsed_ms))
        self.current = None

    @property
    def is_untouched(self) -> bool:
        """Return whether nothing of a migration was executed before the statement that failed."""
        return self.current is None or self.executed == 1

    @property
    def is_partial(self) -> bool:
        """Return whether a part of the current migration may be committed."""
        return self.current is not None and self.commits_as_it_goes

    def upgraded(self, error: BootError | None = None) -> Upgraded:
        """Return all of it, at the end; ``error`` is why it ended early."""
        failure = Failure(error, self.is_partial, self.is_untouched) if error else None
        return Upgraded(tuple(self.applied), self.verify_ms, failure)
