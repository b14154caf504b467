"""Answers to probes for as long as the server is not there: the process is alive, and not ready.

One thread with sockets that never block. Names of the standard library are taken here, before the project's
code runs, which may put others in their places.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import POLLIN, poll
from socket import AI_PASSIVE, SO_LINGER, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo
from struct import pack
from time import monotonic, sleep

from bootctl.config.addresses import Address, parse
from bootctl.errors import SettingsError
from bootctl.output import log
from bootctl.output.lines import RUN_ID
from bootctl.output.stopwatch import Stopwatch
from bootctl.server.socket_internals import accepted, socket

_SETTING = "server.startup_health"
_MOST_CONNECTIONS = 32
"""With one more, the oldest is cut: whoever is slow keeps no probe out."""
_MOST_BYTES = 8192
_SECONDS = 3.0
"""For as long a client may take, until it has closed the connection."""
_TICK_MS = 500
_PAUSE_SECONDS = 0.02
_END_SECONDS = 1.0
_CUT = pack("ii", 1, 0)
"""Closed so, a connection leaves nothing behind in which the port is in use: no TIME_WAIT."""
_REASONS = {200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 503: "Service Unavailable"}


@contextmanager
def answering(address: str) -> Iterator[None]:
    """Answer probes at ``address`` inside; afterwards the port is free, for the server to take.

    Raises ``SettingsError`` where it cannot be listened at.
    """
    where = parse(address)
    with log.stage("settings"):
        health = _Health(_listener(where, address), where.path)
    log.event(
        "boot.answering",
        f"until the server starts, probes are answered at {address}",
        address=address,
    )
    try:
        yield
    finally:
        health.close()


def _listener(where: Address, address: str) -> socket:
    try:
        family, kind, _, _, found = getaddrinfo(
            where.host or None, where.port, type=SOCK_STREAM, flags=AI_PASSIVE
        )[0]
        listener = socket(family, kind)
        listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        listener.bind(found)
        listener.listen(_MOST_CONNECTIONS)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"{_SETTING} names {address}, which cannot be listened at: {why.lower()}",
            hint="Name an address of this host whose port nobody else has, as the server's own is until "
            "it starts; or unset BOOTCTL__SERVER__STARTUP_HEALTH.",
            setting=_SETTING,
            address=address,
        ) from None
    listener.setblocking(False)
    return listener


class _Client:
    """One connection."""

    def __init__(self, connection: socket) -> None:
        self.connection = connection
        self.until = monotonic() + _SECONDS
        self._request = b""
        self._read = 0
        self._is_answered = False

    def goes_on(self, alive: str) -> bool:
        """Read, and answer once the request has ended; return whether the client is still there."""
        data = self.connection.recv(_MOST_BYTES)
        self._read += len(data)
        if not data or self._read > _MOST_BYTES:
            return False
        if not self._is_answered:
            self._request += data
            if b"\r\n\r\n" in self._request or b"\n\n" in self._request:
                self.connection.send(_answer(self._request, alive))
                self._is_answered = True
        return True

    def cut(self) -> None:
        """End the connection at once."""
        with suppress(OSError):
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, _CUT)
        with suppress(OSError):
            self.connection.close()


class _Health:
    """The thread that answers."""

    def __init__(self, listener: socket, path: str) -> None:
        self._listener = listener
        self._alive = path
        self._clients: dict[int, _Client] = {}
        self._poll = poll()
        self._poll.register(listener.fileno(), POLLIN)
        self._is_over = False
        os.register_at_fork(after_in_child=self._leave)
        self._thread = threading.Thread(target=self._run, name="bootctl-health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more, and leave the port as if nobody had listened there."""
        self._is_over = True
        with suppress(OSError):
            self._listener.shutdown(2)  # which wakes the thread; of a copy in another process too
        self._thread.join(_END_SECONDS)
        for client in [*self._clients.values()]:
            client.cut()
        self._listener.close()

    def _leave(self) -> None:
        """Hold nothing of it in a child that the project's code has forked: the port would stay taken."""
        if not self._is_over:
            for client in [*self._clients.values()]:
                client.connection.close()
            self._listener.close()

    def _run(self) -> None:
        while not self._is_over:
            for number, _ in self._poll.poll(_TICK_MS):
                if self._is_over:
                    return
                try:
                    self._attend(number)
                except OSError:
                    # It is gone, or was closed by others; or there is no descriptor left.
                    sleep(_PAUSE_SECONDS)
            self._cut_late()

    def _attend(self, number: int) -> None:
        if number not in self._clients:
            self._accept()
            return
        client = self._clients[number]
        is_there = False
        try:
            is_there = client.goes_on(self._alive)
        finally:
            if not is_there:
                self._forget(number)

    def _accept(self) -> None:
        if len(self._clients) >= _MOST_CONNECTIONS:
            self._forget(next(iter(self._clients)))
        connection = accepted(self._listener)
        connection.setblocking(False)
        number = connection.fileno()
        self._clients[number] = _Client(connection)
        self._poll.register(number, POLLIN)

    def _cut_late(self) -> None:
        now = monotonic()
        for number in [key for key, client in self._clients.items() if client.until < now]:
            self._forget(number)

    def _forget(self, number: int) -> None:
        with suppress(OSError, KeyError):
            self._poll.unregister(number)
        self._clients.pop(number).cut()


_watch = Stopwatch()


def _answer(request: bytes, alive: str) -> bytes:
    """Return the response: what is asked for beside liveness is not there yet."""
    method, _, rest = request.partition(b"\n")[0].strip().decode("latin-1").partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if not path.startswith("/"):
        status = 400
    elif method not in ("GET", "HEAD"):
        status = 405
    else:
        status = 200 if path in ("/livez", alive) else 503
    told = {
        "status": "starting",
        "stage": log.current_stage(),
        "duration_ms": _watch.ms,
        "run_id": RUN_ID,
    }
    body = f"{json.dumps(told)}\n"
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n"
    )
    retry = "Retry-After: 1\r\n" if status == 503 else ""
    return f"{head}{retry}\r\n{'' if method == 'HEAD' else body}".encode()
