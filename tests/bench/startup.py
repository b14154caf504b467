"""A boot at head, beside the commands that it replaces.

``python -m tests.bench.startup [RUNS]`` prints, for each example, the ratio of whole-process wall
times, pair by pair. Of the commands only ``alembic check`` compares anything with the database.
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
PEERS = {
    "alembic": "alembic upgrade head && alembic check",
    "aerich": "aerich upgrade && aerich heads",
    "tortoise": "tortoise migrate",
}


def main(runs: int) -> None:
    """Run both in turn on each example at head."""
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
