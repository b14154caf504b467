"""A boot at head, beside the shell that it replaces.

``python -m tests.bench.startup [RUNS]`` prints the ratio of whole-process wall times, pair by pair.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "alembic"
BOOTCTL = f"{sys.executable} -m bootctl migrate"
SHELL = "{0} upgrade head && {0} check".format(Path(sys.executable).with_name("alembic"))


def main(runs: int) -> None:
    """Run both in turn on the example at head."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(EXAMPLE, Path(folder) / "example")
        _seconds(BOOTCTL, project)
        ratios = []
        for _ in range(runs):
            ours, theirs = _seconds(BOOTCTL, project), _seconds(SHELL, project)
            ratios.append(ours / theirs)
            print(f"bootctl migrate {ours:.2f} s, alembic upgrade && check {theirs:.2f} s")
        low, high = min(ratios), max(ratios)
        print(f"ratio: median {statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})")


def _seconds(command: str, project: Path) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "BOOTCTL__LOG__FORMAT": "json"}
    subprocess.run(
        command, shell=True, cwd=project, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
