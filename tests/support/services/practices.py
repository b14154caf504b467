"""A practice of the guide as a check of a service's files, and edits that break it.

A module of ``tests/guide`` has ``PRACTICES``; its tests are made by ``tests/guide/conftest.py``: each
check finds nothing in any service, and something in a copy where an edit was made.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.services.examples import copied
from tests.support.services.source import Service

Check = Callable[[Service], Iterable[str]]


@dataclass(frozen=True)
class Edit:
    """A text in a file, by its role or its path, and what is written in its place.

    An edit of an empty text adds to the file, which need not be there.
    """

    place: str
    old: str
    new: str
    designs: tuple[str, ...] = ("ddd", "mvc")

    def apply(self, service: Service) -> None:
        """Edit the copy."""
        path = service.place(self.place)
        text = path.read_text() if path.exists() else ""
        assert self.old in text, f"{self.old!r} is no longer in {path}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # a link to the file of the checkout
        path.write_text(text.replace(self.old, self.new) if self.old else text + self.new)


@dataclass(frozen=True)
class Practice:
    """What the guide asks for, and how it can be broken."""

    check: Check
    breaks: tuple[Edit, ...]

    @property
    def name(self) -> str:
        """As a test is named."""
        return self.check.__name__


def edited(name: str, folder: Path, *edits: Edit, runs: bool = False) -> Service:
    """A copy of a service with these edits; unless it ``runs``, of links to what is not edited."""
    service = Service(copied(name, folder, shutil.copy2 if runs else os.symlink))
    for edit in edits:
        edit.apply(service)
    return Service(service.root)
