"""The hashes of a project's files, written down for boots that would have to read ten thousand of them.

A hash is believed of a file that is the one that was hashed: the same inode, not changed since, by a
time that nobody can set (st_ctime, https://man7.org/linux/man-pages/man7/inode.7.html). An image that
was pulled has other inodes, made when it was unpacked. If it was ``sealed``, a file is believed that
was there before the list, has its size and time, and is in folders that have theirs: what a container
changes, comes later. Whatever is in doubt is read.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any

from bootctl.values import frozen

NAME = ".bootctl-receipt"
FORMAT = 1
SECOND = 1_000_000_000


def content(path: str) -> str:
    """Return the hash of a file, or why it has none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return f"error {error.errno}"
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "no file"
        value = sha256()
        while block := os.read(descriptor, 1 << 20):
            value.update(block)
        return value.hexdigest()
    except OSError as error:
        return f"error {error.errno}"
    finally:
        os.close(descriptor)


def is_kept(found: int, before: int) -> bool:
    """Return whether a time in nanoseconds is what an image keeps of one: it keeps no part of a second."""
    return found in (before, before // SECOND * SECOND)


@frozen
class Hashed:
    """A file as it was when it was hashed."""

    hash: str
    size: int
    modified: int
    """Nanoseconds, as what follows."""
    changed: int
    inode: int

    def is_still(self, found: os.stat_result) -> bool:
        """Return whether the file that is there is the one that was hashed."""
        return self == self.of(self.hash, found)

    def may_be(self, found: os.stat_result) -> bool:
        """Return whether it may be a copy of it."""
        return found.st_size == self.size and is_kept(found.st_mtime_ns, self.modified)

    @classmethod
    def of(cls, value: str, found: os.stat_result) -> "Hashed":
        """Return the value for a file with the hash ``value``."""
        return cls(value, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@frozen
class Hashes:
    """What was written down, by the absolute names of files and folders."""

    files: Mapping[str, list[Any]]
    folders: Mapping[str, int]
    """When each was modified, in nanoseconds."""
    sealed: bool
    bases: tuple[str, ...]
    """The folders that all others are in."""
    device: int
    since: int
    """When the list itself was written, or unpacked: nanoseconds."""
    _known: dict[str, bool] = field(default_factory=dict)

    def of(self, path: str) -> str | None:
        """Return the hash of the file at ``path``; ``None`` where it has to be read."""
        written = self.files.get(path)
        try:
            if written and self._is_believed(path, Hashed(*written)):
                return str(written[0])
        except (OSError, TypeError):
            pass
        return None

    def _is_believed(self, path: str, known: Hashed) -> bool:
        found = os.lstat(path)
        is_plain = stat.S_ISREG(found.st_mode) and found.st_mode & stat.S_IROTH
        if not is_plain or found.st_dev != self.device:
            return False
        if known.is_still(found):
            return True
        before = found.st_ctime_ns < self.since
        return self.sealed and before and known.may_be(found) and self._is_in_place(path)

    def _is_in_place(self, path: str) -> bool:
        """Return whether no folder of those that it is in has other names, or is another."""
        folder = os.path.dirname(path)
        if folder not in self._known:
            found = os.lstat(folder)
            modified = self.folders.get(folder)
            same = stat.S_ISDIR(found.st_mode) and modified is not None
            same = same and is_kept(found.st_mtime_ns, modified or 0)
            self._known[folder] = same and (folder in self.bases or self._is_in_place(folder))
        return self._known[folder]


def read(root: str) -> Hashes | None:
    """Return what was written down in the project at ``root``; ``None`` where nothing is that is whole."""
    try:
        descriptor = os.open(os.path.join(root, NAME), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            told, _, data = file.read().partition(b"\n")
        if sha256(data).hexdigest().encode() != told:
            return None
        document = json.loads(data)
        if document.pop("format") != FORMAT:
            return None
        document["bases"] = tuple(document["bases"])
        return Hashes(**document, device=found.st_dev, since=found.st_ctime_ns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
