"""Tortoise imported without what takes a third of its import, and which no boot asks for.

It compiles a pattern of all letters that the name of a domain may have, and looks for comments on the
fields of ``Model`` in its source, which is parsed for that; ``Model`` has no field.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

_LETTERS = "\u00a1-\uffff"
"""What a pattern has that takes long to compile where it ignores case."""


class LatePattern:
    """A pattern that is compiled when it is first used."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # as of copies and pickles, which are of this object
            raise AttributeError(name)
        return getattr(self._compiled, name)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(*self._given)


def import_tortoise() -> None:
    """Import Tortoise, which the project's code finds imported then."""
    if "tortoise" not in sys.modules:
        with _patterns_compiled_late(), _without_comments():
            import tortoise  # noqa: F401  # for the import alone


@contextmanager
def _patterns_compiled_late() -> Iterator[None]:
    compiled = re.compile

    def late(pattern: Any, flags: int = 0) -> Any:
        slow = isinstance(pattern, str) and _LETTERS in pattern and flags & re.IGNORECASE
        return LatePattern(pattern, flags) if slow else compiled(pattern, flags)

    re.compile = late
    try:
        yield
    finally:
        re.compile = compiled


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
