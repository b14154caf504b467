"""What ends soon, and not when a timeout says so: on a busy machine too."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PROMPT_SECONDS = 20
"""Long for a process that five others starve, and less than any timeout that a test leaves as it is."""


@contextmanager
def promptly(seconds: float = PROMPT_SECONDS) -> Iterator[None]:
    """Fail where what is done inside takes as long as what it must not wait for."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds
