"""Going through tenants is killed at a random moment, and started again: each migration runs once."""

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import environment
from tests.support.projects.kits import ALEMBIC
from tests.support.scenarios.tenants import Fleet, codes, noting, of_schemas

pytestmark = pytest.mark.slow

ROWS = "SELECT tenant, count(*) FROM public.ran GROUP BY tenant ORDER BY tenant"


def kill_after(fleet: Fleet, seconds: float, *, alone: bool) -> None:
    """Start migrating, and kill it, ``alone`` or with the processes that it has started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bootctl", "migrate", "--tenants"],
        cwd=fleet.project.root,
        env=environment({"BOOTCTL__TENANTS__NAMES": " ".join(fleet.names), **fleet.env}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if alone:
        process.kill()
    else:
        with suppress(ProcessLookupError):  # it may have ended before
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(
    ("kills", "count"),
    [(3, 8), pytest.param(20, 30, marks=pytest.mark.exhaustive)],
)
def test_each_tenant_is_migrated_once(
    tmp_path: Path, postgresql: Database, kills: int, count: int
) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, [f"t{number:02}" for number in range(count)])
    noting(fleet, postgresql)
    chosen = random.Random()
    for number in range(kills):
        kill_after(fleet, chosen.uniform(0.5, 4.0), alone=number % 2 == 1)
    assert set(codes(fleet.migrate("--json")).values()) == {0}
    assert postgresql.execute(ROWS) == [(name, 1) for name in fleet.names]
