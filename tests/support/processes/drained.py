"""Servers with the init of ``server.mode=drain`` beside them, as the end of ``bootctl run`` leaves them.

A script: ``python -m tests.support.processes.drained STOP_TIMEOUT PROGRAM ARGUMENTS`` becomes that init. With
``PENDING_SIGNAL`` in the environment, that signal was sent just before the server was started.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.processes.spawned import environment

MOST_PRIVATE_KB = 8_000
AS_PID_1 = ("unshare", "--fork", "--pid", "--mount-proc", "--kill-child")


@contextmanager
def attended(
    *command: str,
    stop_timeout: float = 30,
    under: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
) -> Iterator["subprocess.Popen[str]"]:
    """The process that is the init of ``command``; both are killed afterwards."""
    script = (sys.executable, "-m", "tests.support.processes.drained", str(stop_timeout))
    process = subprocess.Popen(
        [*under, *script, *command],
        cwd=ROOT,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:  # or else its number may be another's
                for pid in reversed(family(process.pid)):
                    os.kill(pid, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


def private_kb(pid: int) -> int:
    """What a process has in memory of its own, in kB: how much of files is there, the kernel decides."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))


def main(stop_timeout: str, *argv: str) -> None:
    """Become the init of the server ``argv``."""
    from bootctl.config.settings import Server, Settings
    from bootctl.server import launch
    from bootctl.server.command import Command

    settings = Settings(server=Server(mode="drain", stop_timeout=float(stop_timeout)))
    if pending := os.environ.get("PENDING_SIGNAL"):
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        os.kill(os.getpid(), int(pending))
    launch.become(Command(argv, "a test"), os.environ, ROOT, settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
