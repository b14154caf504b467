"""Runs one command, and writes what the whole process took into a file, as JSON.

``python -I -S timed.py FILE COMMAND...``. It is a program of its own because it is small: the peak
memory of a process begins with what the process had that started it.
"""

import json
import os
import sys
import time
from pathlib import Path

_KIB_IN_MB = 1_000_000 / 1024


def main(file: str, *command: str) -> None:
    """Run ``command`` with this process's own streams and environment."""
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    took = {
        "wall": time.perf_counter() - start,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / _KIB_IN_MB,
        "code": os.waitstatus_to_exitcode(status),
    }
    Path(file).write_text(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
