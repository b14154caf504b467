"""Alembic imported without Pygments, a tenth of what a boot of Alembic imports where it is installed.

Alembic's templates are Mako's, and Mako has Pygments colour its error pages where it can.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_highlighting() -> Iterator[None]:
    """Let Mako not find Pygments while it is imported inside. Afterwards everybody else does."""
    if "pygments" in sys.modules:
        yield
        return
    sys.modules["pygments"] = None  # type: ignore[assignment]  # https://docs.python.org/3/reference/import.html#the-module-cache
    try:
        yield
    finally:
        del sys.modules["pygments"]
