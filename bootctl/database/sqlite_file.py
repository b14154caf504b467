"""The beginning of an SQLite file, read beside SQLite.

A process that closes any descriptor of a file loses every lock that it has on it, SQLite's too:
https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
"""

import os

_opened: dict[tuple[int, int], int] = {}
"""The descriptor of each file, by its device and inode. They stay open until the process ends."""


def header(file: str | os.PathLike[str], length: int) -> bytes:
    """Return the first ``length`` bytes of ``file``, fewer where it is shorter.

    Raises ``OSError`` where it cannot be read.
    """
    return os.pread(_descriptor(file), length, 0)


def _descriptor(file: str | os.PathLike[str]) -> int:
    found = os.stat(file)
    known = _opened.get((found.st_dev, found.st_ino))
    if known is not None:
        return known
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)  # a pipe is not waited for
    opened = os.fstat(descriptor)
    _opened[opened.st_dev, opened.st_ino] = descriptor
    return descriptor
