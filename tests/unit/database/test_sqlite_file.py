"""Reading the beginning of an SQLite file leaves SQLite's locks on it alone."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from bootctl.database.sqlite_file import header

WRITE = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"


def is_locked(file: Path) -> bool:
    """Whether another process is kept from writing."""
    done = subprocess.run([sys.executable, "-c", WRITE, file], capture_output=True, text=True)
    return "database is locked" in done.stderr


def test_a_transaction_keeps_its_lock(tmp_path: Path) -> None:
    file = tmp_path / "service.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE a (b)")
    connection.execute("BEGIN IMMEDIATE")
    assert header(file, 15) == header(str(file), 15) == b"SQLite format 3"
    assert is_locked(file)
    connection.rollback()
    assert not is_locked(file)


def test_a_file_that_took_its_place_is_read(tmp_path: Path) -> None:
    file = tmp_path / "service.db"
    file.write_text("before")
    assert header(file, 3) == b"bef"
    (tmp_path / "other").write_text("after")
    (tmp_path / "other").replace(file)
    assert header(file, 30) == b"after"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert header(tmp_path / "pipe", 20) == b""
