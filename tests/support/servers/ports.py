"""Ports for servers that a test starts, perhaps later than it has to name them."""

import itertools
import os
import socket
from contextlib import suppress

_PORTS = range(20_000, 32_768)
"""Below those that Linux gives to connections: one of these would take a port that is to be listened on later."""
_APART = 997
"""So far from each other begin processes that were started one after the other: workers beside each other draw different ones."""
_drawn = itertools.islice(itertools.cycle(_PORTS), os.getpid() * _APART % len(_PORTS), None)


def free_port() -> int:
    """A port that nothing listens on now, and that this process draws again only after all others."""
    while True:
        port = next(_drawn)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
