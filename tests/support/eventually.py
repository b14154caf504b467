"""Waiting for what happens soon, by looking: no test assumes how long anything takes."""

import time
from collections.abc import Callable

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


def eventually(is_true: Callable[[], bool], *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Return once it is true; fail where that has not happened after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(_PAUSE_SECONDS)
