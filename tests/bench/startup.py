"""What a start costs: of Python alone, of a command without a database, of a boot at head.

``python -m tests.bench.startup [RUNS]`` prints, for each command that needs no database, its CPU time
beside that of ``python -c pass`` and how many modules it imports; then, for each example, the ratio of
whole-process wall times to the commands that a boot at head replaces, pair by pair. Of the commands
only ``alembic check`` compares anything with the database.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.paths import EXAMPLES

BOOTCTL = f"{sys.executable} -m bootctl migrate"
PROJECT = EXAMPLES / "alembic"
PEERS = {
    "alembic": "alembic upgrade head && alembic check",
    "aerich": "aerich upgrade && aerich heads",
    "tortoise": "tortoise migrate",
}


WITHOUT_DATABASE = ("--version", "--help", "detect")
IMPORTED = "import time:"
"""What ``python -X importtime`` begins each line with, but for a heading."""


def main(runs: int) -> None:
    """Measure every command, and each beside its peer in turn."""
    for command in WITHOUT_DATABASE:
        _beside_python(command, runs)
    _beside_the_replaced(runs)


def _beside_python(command: str, runs: int) -> None:
    ours = [sys.executable, "-m", "bootctl", command]
    times = [(_cpu_ms(ours), _cpu_ms([sys.executable, "-c", "pass"])) for _ in range(runs)]
    mine, bare = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(a / b for a, b in times)
    counted = [sys.executable, "-X", "importtime", *ours[1:]]
    done = subprocess.run(counted, cwd=PROJECT, capture_output=True, text=True, check=True)
    modules = done.stderr.count(IMPORTED) - 1
    print(f"bootctl {command} {mine:.0f} ms CPU, python -c pass {bare:.0f} ms")
    print(f"ratio: median {ratio:.2f}; {modules} modules")


def _cpu_ms(command: list[str]) -> float:
    """Return the CPU time of a process, user and system, in milliseconds."""
    null = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=PROJECT, **null)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return (usage.ru_utime + usage.ru_stime) * 1000


def _beside_the_replaced(runs: int) -> None:
    for example, peer in PEERS.items():
        with tempfile.TemporaryDirectory() as folder:
            project = shutil.copytree(EXAMPLES / example, Path(folder) / "example")
            _seconds(BOOTCTL, project)
            ratios = []
            for _ in range(runs):
                ours, theirs = _seconds(BOOTCTL, project), _seconds(peer, project)
                ratios.append(ours / theirs)
                print(f"bootctl migrate {ours:.2f} s, {peer} {theirs:.2f} s")
            low, high = min(ratios), max(ratios)
            print(f"ratio: median {statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})")


def _seconds(command: str, project: Path) -> float:
    start = time.perf_counter()
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "BOOTCTL__LOG__FORMAT": "json"}
    subprocess.run(
        command, shell=True, cwd=project, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
