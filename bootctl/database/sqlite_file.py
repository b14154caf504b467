"""The beginning of an SQLite file, read beside SQLite.

A process that closes any descriptor of a file loses every lock that it has on it, SQLite's too:
https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
"""

import os
import stat

_opened: dict[tuple[int, int], int] = {}
"""The descriptor of each file, by its device and inode. They stay open until the process ends."""


def header(file: str | os.PathLike[str], length: int) -> bytes:
    """Return the first ``length`` bytes of ``file``, fewer where it is shorter, or no file.

    Raises ``OSError`` where it cannot be read.
    """
    found = os.stat(file)
    return os.pread(_descriptor(file, found), length, 0) if stat.S_ISREG(found.st_mode) else b""


def _descriptor(file: str | os.PathLike[str], found: os.stat_result) -> int:
    known = _opened.get((found.st_dev, found.st_ino))
    if known is not None:
        return known
    descriptor = os.open(file, os.O_RDONLY)
    opened = os.fstat(descriptor)
    _opened[opened.st_dev, opened.st_ino] = descriptor
    return descriptor
