"""Patterns that libraries compile while they are imported, and which no boot uses.

A class of all letters that there are takes as long to compile as dozens of modules to import. Tortoise
has one of the names of domains, and email-validator, without which Pydantic knows no addresses, four.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from bootctl.output.imported import Execute, Finder

_LETTERS = ("\u00a1-\uffff", "\u0080-\U0010ffff", r"\u0080-\U0010FFFF")
"""What such a pattern has."""
_COMPILE_THEM = ("email_validator",)


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


@cache
def expect_imports() -> None:
    """Have the libraries that the project's code imports compile them late, where that is known to do."""
    for package in _COMPILE_THEM:
        sys.meta_path.insert(0, Finder(package, _imported))


def _imported(module: ModuleType, execute: Execute) -> None:
    with compiled_late():
        execute(module)


@contextmanager
def compiled_late() -> Iterator[None]:
    """Let what is imported inside compile such patterns when it uses them."""
    compiled = re.compile

    def late(pattern: Any, flags: int = 0) -> Any:
        slow = isinstance(pattern, str) and any(letters in pattern for letters in _LETTERS)
        return LatePattern(pattern, flags) if slow else compiled(pattern, flags)

    re.compile = late
    try:
        yield
    finally:
        re.compile = compiled
