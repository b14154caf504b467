"""The file that stands for a lock: opened only if it is one, since others may write beside it."""

import os
import stat
from pathlib import Path

from bootctl.errors import RefusedError

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
"""No link is followed, and neither a FIFO nor a terminal waited for."""
_MOST_BYTES = 4096


def opened(path: Path) -> int:
    """Return a descriptor of the file, which is made where there is none.

    Raises ``OSError`` where it cannot be, ``RefusedError`` where it is there and is no lock.
    """
    if path.is_symlink():
        raise _refusal(path, "a symbolic link")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o666)
    reason = _what_it_is(descriptor)
    if reason:
        os.close(descriptor)
        raise _refusal(path, reason)
    return descriptor


def read(path: Path) -> bytes:
    """Return what the file holds; of what is no regular file, nothing. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.pread(descriptor, _MOST_BYTES, 0) if regular else b""
    finally:
        os.close(descriptor)


def _what_it_is(descriptor: int) -> str:
    """Return what makes it no lock; nothing for a lock."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    if found.st_nlink > 1:
        return "a file that has another name too"
    # Bytes that a full disk left of what was cut there are none of anybody's.
    signed = os.pread(descriptor, _MOST_BYTES, 0).strip(b"\0")
    return "" if not signed or signed.startswith(b'{"pid": ') else "a file of another's"


def _refusal(path: Path, what: str) -> RefusedError:
    return RefusedError(
        f"the migration lock {path} cannot be used: it is {what}",
        hint="Nothing was written to it. Move it away: bootctl makes the file itself, and removes it.",
        cause="permission",
        file=str(path),
    )
