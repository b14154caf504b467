"""What `bootctl check` costs on a thousand tables, beside `alembic check` and, where given, another tree's.

``python -m tests.bench.checking [RUNS] [TREE]`` prints, for each kind of database, the ratios of CPU and
wall times, pair by pair: the processes' own, whose servers are not counted. ``TREE`` is a checkout of
bootctl to be measured with the same libraries, such as of the release before.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench import projects
from tests.support.databases.fresh import fresh
from tests.support.projects.alembic import SYNC_ENV

TABLES = 1000
OURS = (sys.executable, "-m", "bootctl", "check")
ALEMBIC = (sys.executable, "-m", "alembic.config", "check")


def main(runs: int, tree: str | None) -> None:
    """Measure on each kind of database: with the record that bootctl has kept of its migration."""
    for kind in ("postgresql", "mariadb", "sqlite"):
        with tempfile.TemporaryDirectory() as folder, fresh(kind, Path(folder)) as database:
            root = Path(folder) / "project"
            projects.tables(root, database.sync_url, TABLES, SYNC_ENV)
            subprocess.run([*OURS[:-1], "migrate"], cwd=root, check=True, capture_output=True)
            _beside(f"{kind}: alembic check", root, ALEMBIC, {}, runs)
            if tree is not None:
                _beside(f"{kind}: bootctl check of {tree}", root, OURS, {"PYTHONPATH": tree}, runs)


def _beside(
    name: str, root: Path, theirs: tuple[str, ...], env: Mapping[str, str], runs: int
) -> None:
    pairs = [(_cost(OURS, root, {}), _cost(theirs, root, env)) for _ in range(runs)]
    for number, unit in enumerate(("CPU", "wall")):
        ratios = [ours[number] / other[number] for ours, other in pairs]
        each = ", ".join(f"{ours[number]:.2f} / {other[number]:.2f} s" for ours, other in pairs)
        print(f"bootctl check beside {name}, {unit}: {statistics.median(ratios):.2f} ({each})")


def _cost(command: tuple[str, ...], root: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Return the CPU time and the wall time of a process, in seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=root, env={**os.environ, **env}, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2] if len(sys.argv) > 2 else None)
