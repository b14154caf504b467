"""An event loop that ends when its work ends."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_THREADS = 256
"""More than enough: name look-ups and drivers that hang outlive the attempts that began them."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` as ``asyncio.run`` does, but wait for no thread.

    ``asyncio.run`` waits for name look-ups, which may hang for half a minute.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS))
    try:
        loop.run_until_complete(main)
    finally:
        loop.close()
