"""An SQLite file that can be read, or a directory in which it can be made."""

import os
import sqlite3
from pathlib import Path

from bootctl.database.sqlite_file import header
from bootctl.database.url import Url
from bootctl.wait.probe import NotReady, Refused


class SQLite:
    """See ``bootctl.wait.probe.Probe``."""

    depth = "query"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._database = "" if url.database == ":memory:" else url.database

    async def check(self) -> None:
        """Read the file without changing it; where there is none, look at its directory."""
        if not self._database or self._database.startswith("file:"):
            return
        path = Path(self._database).absolute()
        if os.path.exists(path):  # unlike Path's, False in a directory closed to us
            if path.is_fifo():  # whoever opens one waits for its writer
                raise Refused("protocol", f"{path} is a FIFO")
            _read(path)
        elif not os.path.isdir(path.parent):
            raise Refused("unknown database", f"the directory {path.parent} does not exist")
        elif not os.access(path.parent, os.W_OK | os.X_OK):
            raise Refused("permission", f"{path.parent} is not writable, and {path.name} not there")


def _read(path: Path) -> None:
    try:
        # Reading a WAL file leaves -wal and -shm files behind, unless it is declared immutable.
        still = "&immutable=1" if _is_wal(path) and not os.path.exists(f"{path}-wal") else ""
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro{still}", uri=True, timeout=1)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        busy = error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        raise (NotReady if busy else Refused)(
            "locked" if busy else "permission", f"{path}: {error}"
        ) from error
    except sqlite3.DatabaseError as error:
        raise Refused("protocol", f"{path}: {error}") from error


def _is_wal(path: Path) -> bool:
    """Return whether it is, by the read version in its header: https://sqlite.org/fileformat2.html."""
    try:
        return header(path, 20)[19:] == b"\x02"
    except OSError:
        return False
