"""What SQLite says where a file cannot be opened, and why it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sqlite3, sys
from bootctl.output.system import exhaustion

opened = []
if sys.argv[2] == "exhausted":
    try:
        while True:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        os.close(opened.pop()) if sys.argv[3] == "one left" else None
try:
    sqlite3.connect(sys.argv[1]).execute("CREATE TABLE t (i INTEGER)")
except sqlite3.OperationalError as error:
    found = exhaustion(error)
    print(found.message if found else error)
"""


@pytest.mark.parametrize("left", ["none left", "one left"])
@pytest.mark.parametrize("why", ["exhausted", "absent"])
def test_a_file_that_sqlite_cannot_open(tmp_path: Path, why: str, left: str) -> None:
    file = tmp_path / "x.db" if why == "exhausted" else tmp_path / "nowhere" / "x.db"
    command = [sys.executable, "-c", PROGRAM, str(file), why, left]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ("no file descriptor is left" in said) == (why == "exhausted"), said
