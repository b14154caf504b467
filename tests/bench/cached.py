"""What a boot costs that finds its receipt, beside what it replaces and beside the least it could cost.

``python -m tests.bench.cached [RUNS]`` boots a project on PostgreSQL, by asyncpg, and prints the ratios of
CPU and wall times of whole processes, of medians in turn: to Alembic's commands, and to a process that
connects, has the catalog hashed and reads the version.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootctl.database import catalog_hash
from tests.support.databases.fresh import fresh
from tests.support.processes.spawned import environment
from tests.support.projects.alembic import ASYNC_ENV, users_project

LEAST = """\
import asyncio
import asyncpg

async def main():
    connection = await asyncpg.connect({url!r})
    await connection.fetchval({query!r})
    await connection.fetchval("SELECT version_num FROM alembic_version")
    await connection.close()

asyncio.run(main())
"""
OURS = "bootctl run -- true"
PEERS = ("alembic upgrade head && alembic check", "alembic upgrade head")

Cost = tuple[float, float]
"""CPU and wall time in seconds."""


def main(runs: int) -> None:
    """Measure each command in turn, so many times."""
    with tempfile.TemporaryDirectory() as folder, fresh("postgresql", Path(folder)) as database:
        root = Path(folder) / "project"
        users_project(root, database.async_url, ASYNC_ENV)
        least = Path(folder) / "least.py"
        url = database.async_url.replace("+asyncpg", "")
        query = f"SELECT {catalog_hash.postgresql()}"
        least.write_text(LEAST.format(url=url, query=query))
        commands: dict[str, Sequence[str]] = {OURS: ["bootctl", "run", "--", "true"]}
        commands |= {peer: ["sh", "-c", peer] for peer in PEERS}
        commands["the least"] = [sys.executable, str(least)]
        for _ in range(2):  # the first one migrates, and keeps the receipt
            _cost(commands[OURS], root)
        costs = [
            {name: _cost(command, root) for name, command in commands.items()} for _ in range(runs)
        ]
    _show(costs)


def _show(costs: Sequence[Mapping[str, Cost]]) -> None:
    medians = {
        name: [statistics.median(cost[name][kind] for cost in costs) for kind in range(2)]
        for name in costs[0]
    }
    for name, (cpu, wall) in medians.items():
        ratios = f"{medians[OURS][0] / cpu:.2f} CPU, {medians[OURS][1] / wall:.2f} wall"
        print(f"{name}: {cpu * 1000:.0f} ms CPU; {OURS} to it: {ratios}")


def _cost(command: Sequence[str], root: Path) -> Cost:
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment({"PATH": path}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    wall = time.perf_counter() - start
    return usage.ru_utime + usage.ru_stime, wall


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
