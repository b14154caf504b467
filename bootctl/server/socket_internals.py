"""Sockets of Python's core, in whose place the project's code can put no others, as gevent does.

These have ``_accept`` only; ``socket.accept`` makes of what it returns whatever is called ``socket`` by then.
There since Python 3.5: https://github.com/python/cpython/blob/v3.13.0/Lib/socket.py
"""

from _socket import socket

__all__ = ["accepted", "socket"]


def accepted(listener: socket) -> socket:
    """Return the next connection of ``listener``. Raises ``OSError``."""
    number, _ = listener._accept()  # type: ignore[attr-defined]  # no part of what is typed
    return socket(fileno=number)
