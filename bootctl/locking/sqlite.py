"""The lock of an SQLite file: a file beside it, locked as SQLite locks its own.

Not the database's own lock, which the migration takes itself, and gives back between steps.
"""

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bootctl.database import driver_errors
from bootctl.database.failures import DISK_FULL
from bootctl.database.migration_target import MigrationTarget
from bootctl.database.session import Execute
from bootctl.database.sqlite_connection import connected
from bootctl.errors import RefusedError
from bootctl.locking import lock_file
from bootctl.locking.mutex import Holder


class SqliteMutex:
    """See ``bootctl.locking.mutex.Mutex``. The file is removed when the lock is freed.

    A lock of flock(2) belongs to the opened file, and ends when nobody has that open any more: one
    of fcntl(2) would end as soon as this process closes the file anywhere, as ``holder`` does.
    """

    end = ""

    def __init__(self, place: MigrationTarget) -> None:
        self.target = str(place.url)
        self._place = place
        self._database = os.path.realpath(place.url.database)
        self._path = Path(f"{self._database}.bootctl-lock")
        self._file: int | None = None

    def take(self) -> bool:
        """Lock the file, and make sure that it is still the one of this name."""
        if self.is_held():
            return True
        self._drop()
        self._file = self._opened()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # EACCES or EAGAIN: another has it
            self._drop()
            return False
        if not self.is_held():  # the one who had it has removed it
            self._drop()
            return False
        self._sign()
        return True

    def is_held(self) -> bool:
        """Return whether the file that this process has locked is the one that others see."""
        if self._file is None:
            return False
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._file), os.lstat(self._path))
        return False

    def holder(self) -> Holder | None:
        """Return who has signed the file."""
        try:
            signed = json.loads(lock_file.read(self._path))
            seconds = time.monotonic() - float(signed["since"])
            known = signed["boot"] == _boot()
            return Holder(int(signed["pid"]), "", str(signed["host"]), seconds if known else None)
        except (OSError, ValueError, KeyError, TypeError):  # gone by now, or being written
            return None

    def at_head(self) -> bool:
        """Return whether nothing is pending, read on a connection that cannot write."""
        if not os.path.exists(self._database):
            return False
        return bool(connected(self._database, self._place.at_head, mode="ro"))

    def run(self, function: Callable[[Connection], Any]) -> Any:
        """Call ``function`` with a new connection: the file's own lock belongs to whoever writes."""
        return connected(self._database, function, mode="rw")

    def mark(self, execute: Execute) -> bool:
        """Return ``True``: what a killed process was doing has ended with it."""
        return True

    def writer(self) -> None:
        """Return ``None``: nobody tells which process migrates a file."""

    def unmark(self, execute: Execute) -> None:
        """Do nothing: there is no mark."""

    def release(self) -> None:
        """Remove the file, then free it."""
        if self.is_held():
            with suppress(OSError):
                self._path.unlink()
        self._drop()

    def _opened(self) -> int:
        try:
            return lock_file.opened(self._path)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                place = {"target": self.target, "file": str(self._path)}
                raise driver_errors.fault(error, DISK_FULL, place) from None
            raise RefusedError(
                f"the migration lock {self._path} cannot be opened: {error.strerror}",
                hint="The directory of an SQLite database must be writable, for its journal too.",
                cause="permission",
                file=str(self._path),
            ) from None

    def _sign(self) -> None:
        assert self._file is not None  # it was just locked
        with suppress(OSError):  # a full disk is not the lock's affair
            signed = {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "boot": _boot(),
                "since": time.monotonic(),
            }
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, json.dumps(signed).encode(), 0)

    def _drop(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _boot() -> str:
    """Return which start of which machine the monotonic clock counts from; the wall clock may be set."""
    return Path("/proc/sys/kernel/random/boot_id").read_text()
