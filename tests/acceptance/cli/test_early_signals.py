"""A signal that comes while bootctl is still being imported."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.processes.drained import AS_PID_1
from tests.support.processes.spawned import Result, environment

IN_QUICK_SUITE = {"number": [signal.SIGINT]}


def holds(pid: int, number: signal.Signals) -> bool:
    """Whether signals wait in bootctl: the imports have begun, or are about to."""
    if "python" not in os.readlink(f"/proc/{pid}/exe"):  # unshare holds them too, for a moment
        return False
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    blocked = next(int(line.split()[1], 16) for line in status if line.startswith("SigBlk"))
    return bool(blocked >> number - 1 & 1)


def child(pid: int) -> int | None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


@pytest.mark.parametrize("under", [(), AS_PID_1], ids=["a process", "PID 1"])
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM]
)
def test_it_ends_with_a_verdict(
    tmp_path: Path, number: signal.Signals, under: tuple[str, ...]
) -> None:
    if under and os.getuid() != 0:
        pytest.skip("needs root for a PID namespace")
    command = (sys.executable, "-m", "bootctl", "wait", "tcp://127.0.0.1:1")
    process = subprocess.Popen(
        [*under, *command],
        cwd=tmp_path,
        env=environment({"BOOTCTL__ORM": "none"}),
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        until = time.monotonic() + 20
        while not (pid := child(process.pid) if under else process.pid) or not holds(pid, number):
            assert time.monotonic() < until
            time.sleep(0.001)
        os.kill(pid, number)
        _, stderr = process.communicate(timeout=20)
    verdict = Result(process.returncode, "", stderr).verdict
    assert verdict["exit_code"] == 128 + number
    assert verdict["signal"] == number.name
