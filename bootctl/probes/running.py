"""An event loop that ends at once: by itself, or by a signal at whatever it does."""

import asyncio
import signal
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_THREADS = 256
"""More than enough: name look-ups and drivers that hang outlive the attempts that began them."""

_unfinished: list[object] = []


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` as ``asyncio.run`` does, less what can delay the end of the process.

    ``asyncio.run`` waits for threads, which a name look-up may hold for half a minute. And a signal
    handler that raises may raise in a finalizer, which swallows it: while the loop runs, a signal
    only stops it, and its handler is called afterwards.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS))
    caught: list[int] = []

    def stop(number: int, _: object) -> None:
        caught.append(number)
        loop.call_soon_threadsafe(loop.stop)

    handlers = {number: signal.signal(number, stop) for number in _ENDING}
    task = loop.create_task(main)
    try:
        loop.run_until_complete(task)
    except BaseException:
        if not caught:
            raise
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if caught:
            _unfinished.append(task)  # its finalizers would have something to say
        else:
            loop.close()
    if caught:
        handler = handlers[signal.Signals(caught[0])]
        assert callable(handler)  # or it would have ended the process itself
        handler(caught[0], None)
