"""Ports that are open already: asked once, without an event loop."""

import socket
import threading
import time
from collections.abc import Sequence

_SECONDS = 0.3
"""How long all of it may take: meanwhile no signal is answered."""


def open_after(addresses: Sequence[tuple[str, int]]) -> int | None:
    """Return after how many milliseconds every host and port accepts; ``None`` where one does not.

    A name that is looked up for long is not waited for.
    """
    start = time.monotonic()
    accepted: list[tuple[str, int]] = []

    def connect(address: tuple[str, int]) -> None:
        try:
            socket.create_connection(address, timeout=_SECONDS).close()
        except (OSError, UnicodeError):
            return
        accepted.append(address)

    attempts = [threading.Thread(target=connect, args=(it,), daemon=True) for it in addresses]
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        attempt.join(max(0, start + _SECONDS - time.monotonic()))
    took = round((time.monotonic() - start) * 1000)
    return took if len(accepted) == len(addresses) else None
