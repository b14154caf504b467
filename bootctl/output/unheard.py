"""Signals that wait while the main thread is in a library's own code, such as a driver's.

Python calls a handler between two instructions of the main thread, and libpq waits for its server in one:
https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers.
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bootctl.output import interruption


@contextmanager
def unheard() -> Iterator[Callable[[], bool]]:
    """Yield what tells any thread whether a signal that is to end the process waits for its handler."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    told, tells = socket.socketpair()
    with told, tells:
        told.setblocking(False)
        tells.setblocking(False)
        before = signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
        try:
            yield _Unheard(told)
        finally:
            signal.set_wakeup_fd(before)


class _Unheard:
    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self._has_come = False

    def __call__(self) -> bool:
        self._has_come |= any(map(interruption.handles, self._numbers()))
        return self._has_come and interruption.received() is None

    def _numbers(self) -> bytes:
        try:
            return self._told.recv(4096)
        except OSError:  # nothing came, or it is closed
            return b""
