"""What an upgrade is doing, and what it has done."""

from bootctl.database.state import Revision
from bootctl.migrate.inspection import Applied, Upgraded
from bootctl.output.stopwatch import Stopwatch


class Progress:
    """Which migration is being applied, and how long each took."""

    def __init__(self) -> None:
        self.current: Revision | None = None
        self.executed: int | None = None
        """The statements of the migration that failed, that one included, where they are counted."""
        self.applied: list[Applied] = []
        self.verify_ms: int | None = None

    def start(self, revision: Revision) -> None:
        """A migration begins."""
        self.current = revision
        self.executed = None
        self._watch = Stopwatch()

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the migration that began has begun."""
        return self._watch.ms

    def finish(self) -> None:
        """The migration that began has ended."""
        assert self.current is not None
        self.applied.append(Applied(self.current, self.elapsed_ms))
        self.current = None

    @property
    def untouched(self) -> bool:
        """Whether nothing of a migration was executed before the statement that failed."""
        return self.current is None or self.executed == 1

    @property
    def upgraded(self) -> Upgraded:
        """All of it, at the end."""
        return Upgraded(tuple(self.applied), self.verify_ms)
