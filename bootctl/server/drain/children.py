"""The signals that the init waits for, and what has ended beside it."""

import os
import signal

STOPPING = (signal.SIGTERM, signal.SIGINT)
_SYNCHRONOUS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS}
AWAITED = signal.valid_signals() - _SYNCHRONOUS


def reaped(server: int) -> int | None:
    """Reap whatever has ended. The exit status of ``server``, once that has."""
    pid = -1
    while pid:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == server:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
    return None
