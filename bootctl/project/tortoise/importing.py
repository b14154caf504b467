"""Tortoise imported without what takes a third of its import, and which no boot asks for.

Beside a pattern that it compiles, it looks for comments on the fields of ``Model`` in its source, which is
parsed for that; ``Model`` has no field.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bootctl.project.late_patterns import compiled_late


def import_tortoise() -> None:
    """Import Tortoise, which the project's code finds imported then."""
    if "tortoise" not in sys.modules:
        with compiled_late(), _without_comments():
            import tortoise  # noqa: F401  # for the import alone


@contextmanager
def _without_comments() -> Iterator[None]:
    source = inspect.getsource

    def unless_of_model(found: Any) -> str:
        if getattr(found, "__module__", "") == "tortoise.models":
            raise OSError(f"the comments in {found} are of no field")
        return source(found)

    inspect.getsource = unless_of_model  # type: ignore[assignment]  # of all that it is asked for
    try:
        yield
    finally:
        inspect.getsource = source
