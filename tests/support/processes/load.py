"""Clients that never rest: on keep-alive connections and on new ones, fast and slow requests."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException


class Load:
    """What was asked, by its number, and what became of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered: set[int] = set()
        self.unanswered: set[int] = set()
        """No answer, or a part of one: the connection was refused or broke."""
        self._numbers = itertools.count(1)
        self._over = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask and ask inside; until the last answer, at the end."""
        kinds = [(_fast, True)] * 6 + [(_slow, True)] * 6 + [(_slow, False)] * 4
        clients = [threading.Thread(target=self._ask, args=kind) for kind in kinds]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._over.set()
            for client in clients:
                client.join()

    def _ask(self, path: Callable[[int], str], keeps_alive: bool) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._over.is_set():
            number = next(self._numbers)
            try:
                connection.request("GET", path(number))
                whole = connection.getresponse().read() in (b"fast", b"slow")
            except (OSError, HTTPException):
                whole = False
            (self.answered if whole else self.unanswered).add(number)
            if not whole or not keeps_alive:
                connection.close()
            time.sleep(random.uniform(0, 0.02) if whole else 0.1)
        with suppress(OSError):
            connection.close()


def _fast(number: int) -> str:
    return f"/fast?id={number}"


def _slow(number: int) -> str:
    return f"/slow?id={number}&seconds={random.uniform(0.02, 0.6):.3f}"
