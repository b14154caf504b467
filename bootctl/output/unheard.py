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
from bootctl.output.early import SIGNALS


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
            yield lambda: interruption.received() is None and _has_come(told)
        finally:
            signal.set_wakeup_fd(before)


def _has_come(told: socket.socket) -> bool:
    try:
        numbers = told.recv(4096, socket.MSG_PEEK)
    except OSError:  # nothing came, or it is closed
        return False
    return any(number in numbers for number in SIGNALS)
