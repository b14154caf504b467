"""The time in which a server that listens is not ready yet: it begins when somebody asks, so whoever asks sees it."""

import time


class Starting:
    """So many seconds, from the first question on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def left(self) -> float:
        """Return how many seconds it still takes; none or less once it is over."""
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        return self._until - now
