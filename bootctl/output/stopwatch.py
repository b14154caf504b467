"""Durations, as the log gives them."""

import time


class Stopwatch:
    """Measures a duration in whole milliseconds."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._end: float | None = None

    def stop(self) -> None:
        """Stop measuring at this moment."""
        self._end = time.monotonic()

    @property
    def ms(self) -> int:
        """Return milliseconds from when this was made to when it was stopped, or to now."""
        return round(((self._end or time.monotonic()) - self._start) * 1000)


def spoken(ms: int) -> str:
    """Return a duration as a person says it."""
    if ms < 1_000:
        return f"{ms} ms"
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
