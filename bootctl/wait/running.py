"""An event loop that ends when its work ends."""

import asyncio
import signal
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

_THREADS = 256
"""More than enough: name look-ups and drivers that hang outlive the attempts that began them."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` as ``asyncio.run`` does, but wait for no thread, and sleep through no signal.

    ``asyncio.run`` waits for name look-ups, which may hang for half a minute.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS))
    try:
        with _woken_by_signals(loop):
            loop.run_until_complete(main)
    finally:
        loop.close()


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Wake ``loop`` by a signal that comes just as it begins to sleep.

    https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """
    with ExitStack() as stack:
        with suppress(OSError):  # no descriptor is left: the probes are to say so
            if threading.current_thread() is threading.main_thread():
                _wake(loop, stack)
        yield


def _wake(loop: asyncio.AbstractEventLoop, stack: ExitStack) -> None:
    ours, theirs = map(stack.enter_context, socket.socketpair())
    ours.setblocking(False)
    theirs.setblocking(False)
    loop.add_reader(ours, ours.recv, 4096)
    stack.callback(loop.remove_reader, ours)
    before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    stack.callback(signal.set_wakeup_fd, before)
