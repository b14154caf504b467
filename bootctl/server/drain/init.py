"""The plain init: it forwards signals, reaps what has ended, and ends with the server's status."""

import os
import signal
import sys

from .children import AWAITED, STOPPING, reaped
from .log import Log

_NOT_FORWARDED = (signal.SIGCHLD, signal.SIGTTIN, signal.SIGTTOU)


def main() -> None:
    """Be the init of the server, with the arguments that ``bootctl.server.launch`` gives."""
    server, stop_timeout, *about_log = sys.argv[1:]
    sys.exit(attend(int(server), float(stop_timeout), Log(*about_log)))


def attend(server: int, stop_timeout: float, log: Log) -> int:
    """Be the init of ``server`` until it ends. Returns its exit status, 128+N for signal N."""
    while (status := reaped(server)) is None:
        number = signal.sigwait(AWAITED)
        if number in STOPPING:
            from . import robyn

            if robyn.workers(server):
                return robyn.Drain(server, stop_timeout, log).run(signal.Signals(number).name)
        if number not in _NOT_FORWARDED:
            os.kill(server, number)
    return status
