"""How much of an SQLite file's write-ahead log is committed: https://sqlite.org/fileformat2.html#walformat."""

import os
from typing import BinaryIO

from bootctl.values import frozen

_HEADER = 32
_PAGE_SIZE = slice(8, 12)
_SALTS = slice(16, 24)
"""Another pair once the log is begun again."""
_FRAME = 24
_SIZE_AFTER_COMMIT = slice(4, 8)
"""Zero of a frame that is no commit's: a large transaction writes such before it ends."""
_FRAME_SALTS = slice(8, 16)


@frozen
class Log:
    """What of a log is committed."""

    salts: bytes
    """Empty where there is no log."""
    frames: int

    def __str__(self) -> str:
        return f"{self.salts.hex()} {self.frames}"


def committed(file: str) -> Log:
    """Return what is committed of the log beside ``file``. SQLite has no lock on that one."""
    try:
        with open(f"{file}-wal", "rb") as log:
            header = log.read(_HEADER)
            if len(header) < _HEADER:
                return Log(b"", 0)
            return Log(header[_SALTS], _last_commit(log, header))
    except OSError:
        return Log(b"", 0)


def _last_commit(log: BinaryIO, header: bytes) -> int:
    size = int.from_bytes(header[_PAGE_SIZE], "big") or 65536
    last = index = 0
    while len(frame := log.read(_FRAME)) == _FRAME and frame[_FRAME_SALTS] == header[_SALTS]:
        index += 1
        if any(frame[_SIZE_AFTER_COMMIT]):
            last = index
        log.seek(size, os.SEEK_CUR)
    return last
