"""The plain init: it forwards signals, reaps what has ended, and ends with the server's status."""

import os
import signal
import sys
import time
from contextlib import suppress

from .children import AWAITED, STOPPING, reaped
from .log import Log

_NOT_FORWARDED = (signal.SIGCHLD, signal.SIGTTIN, signal.SIGTTOU)


def main() -> None:
    """Be the init of the server, with the arguments that ``bootctl.server.launch`` gives."""
    server, stop_timeout, *about_log = sys.argv[1:]
    sys.exit(attend(int(server), float(stop_timeout), Log(*about_log)))


def attend(server: int, stop_timeout: float, log: Log) -> int:
    """Be the init of ``server`` until it ends. Returns its exit status, 128+N for signal N."""
    deadline = None
    while (status := reaped(server)) is None:
        number = _next_signal(deadline)
        if number is None:
            _kill(server, log)
            deadline = None
            continue
        if number in STOPPING:
            deadline = deadline or time.monotonic() + stop_timeout
            from . import robyn

            if robyn.workers(server):
                return robyn.Drain(server, stop_timeout, log).run(signal.Signals(number).name)
        if number not in _NOT_FORWARDED:
            os.kill(server, number)
    return status


def _next_signal(deadline: float | None) -> int | None:
    """Return the next signal; ``None`` where none comes before the deadline."""
    if deadline is None:
        return signal.sigwait(AWAITED)
    received = signal.sigtimedwait(AWAITED, max(0.0, deadline - time.monotonic()))
    return received.si_signo if received else None


def _kill(server: int, log: Log) -> None:
    """Kill a server that has not stopped in time, with the processes that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(server, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    log.event("drain.cut", "the server has not stopped in time, and is killed", "warning")
