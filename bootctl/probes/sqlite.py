"""An SQLite file that can be read, or a directory in which it can be made."""

import os
import sqlite3
from pathlib import Path

from bootctl.probes.probe import NotReady, Refused
from bootctl.url import Url


class SQLite:
    """See ``bootctl.probes.Probe``."""

    depth = "query"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._database = "" if url.database == ":memory:" else url.database

    async def check(self) -> None:
        """Read the file without changing it; where there is none, look at its directory."""
        if not self._database or self._database.startswith("file:"):
            return
        path = Path(self._database).absolute()
        if path.exists():
            _read(path)
        elif not path.parent.is_dir():
            raise Refused("unknown database", f"the directory {path.parent} does not exist")
        elif not os.access(path.parent, os.W_OK):
            raise Refused("permission", f"{path.parent} is not writable, and {path.name} not there")


def _read(path: Path) -> None:
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)
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
