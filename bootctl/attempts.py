"""Trying an upgrade again that lost nothing but a lock."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from bootctl import log
from bootctl.errors import LockTimeoutError
from bootctl.settings import Migrate
from bootctl.state import Inspection
from bootctl.stopwatch import Stopwatch

if TYPE_CHECKING:
    from bootctl.blockers import Blocker
    from bootctl.session import Writer

_PAUSE_SECONDS = (0.5, 1.5)
"""Drawn evenly: in this time those who queued behind the migration are served."""


class Attempts:
    """The attempts of one upgrade, for ``timeout`` seconds from when this is made."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._watch = Stopwatch()
        self._number = 0
        self._blockers: list[Blocker] = []

    @contextmanager
    def watched(self, writers: Sequence["Writer"]) -> Iterator[None]:
        """Make an attempt inside: see who blocks ``writers``, and say so."""
        from bootctl.blockers import Watch  # SQLAlchemy is imported by now

        self._number += 1
        watches = [Watch(writer) for writer in writers]
        try:
            with ExitStack() as stack:
                for watch in watches:
                    stack.enter_context(watch)
                yield
        finally:
            self._blockers = [blocker for watch in watches for blocker in watch.last]

    def pause(self, error: LockTimeoutError) -> None:
        """Wait a moment before the next attempt. Raises ``error`` where the time is over."""
        left = self._timeout - self._watch.ms / 1000
        named = [str(blocker) for blocker in self._blockers]
        by = f", blocked by {', '.join(named)}" if named else ""
        if left <= 0:
            error.add(
                f"attempt {self._number} was the last after {self._timeout:g} s{by}",
                attempt=self._number,
                blockers=named,
            )
            error.hint += " BOOTCTL__LOCK__TIMEOUT says for how long it is tried."
            raise error
        log.event(
            "migrate.retry",
            f"attempt {self._number} is not the last{by}: {error.message}",
            level="WARNING",
            revision=error.fields.get("revision"),
            attempt=self._number,
            blockers=named,
        )
        time.sleep(min(left, random.uniform(*_PAUSE_SECONDS)))  # noqa: S311


def is_undone(error: LockTimeoutError, after: Inspection) -> bool:
    """Whether nothing stays of the migration that failed."""
    rolled_back = all(database.transactional for database in after.databases)
    return not error.partial and (rolled_back or error.untouched)


def tell_untimed(before: Inspection, settings: Migrate) -> None:
    """Say so where ``migrate.statement_timeout`` has no effect."""
    found = [str(database.url) for database in before.databases if database.url.scheme == "sqlite"]
    if found and settings.statement_timeout is not None:
        message = f"migrate.statement_timeout has no effect: {found[0]} is SQLite"
        log.event("migrate.untimed", message, level="WARNING")
