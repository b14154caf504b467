"""The plain init: it forwards signals, reaps what has ended, and ends with the server's status."""

import os
import signal
import sys
import time
from contextlib import suppress

STOPPING = (signal.SIGTERM, signal.SIGINT)
_NOT_FORWARDED = (signal.SIGCHLD, signal.SIGTTIN, signal.SIGTTOU)
_SYNCHRONOUS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS}
AWAITED = signal.valid_signals() - _SYNCHRONOUS


def main() -> None:
    """Be the init of the server, with the arguments that ``handover`` gives."""
    server, stop_timeout, *about_log = sys.argv[1:]
    sys.exit(attend(int(server), float(stop_timeout), Log(*about_log)))


def attend(server: int, stop_timeout: float, log: "Log") -> int:
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


def reaped(server: int) -> int | None:
    """Reap whatever has ended. The exit status of ``server``, once that has."""
    pid = -1
    while pid:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == server:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
    return None


class Log:
    """Lines as bootctl's own log writes them: JSON, or for a person; ``quiet`` without info."""

    def __init__(self, form: str, volume: str, run_id: str) -> None:
        self._form = form
        self._quiet = volume == "quiet"
        self._run_id = run_id

    def event(self, name: str, message: str, level: str = "info", **fields: int) -> None:
        """Write one event. Its texts need no escaping."""
        if self._quiet and level == "info":
            return
        if self._form == "console":
            line = f"\x1b[{33 if level == 'warning' else 32}m{name:<16}\x1b[0m {message}"
        else:
            seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
            line = (
                f'{{"time": "{moment}.{milliseconds:03d}Z", "level": "{level}", "event": "{name}", '
                f'"stage": "drain", "message": "{message}", "run_id": "{self._run_id}"'
            )
            line += "".join(f', "{key}": {number}' for key, number in fields.items()) + "}"
        with suppress(OSError):
            os.write(2, f"{line}\n".encode())
