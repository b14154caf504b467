"""A server as a process of the test's own, which can be started late, paused and stopped."""

import atexit
import functools
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.eventually import eventually
from tests.support.servers import standard
from tests.support.servers.ports import free_port

PASSWORD = "canary-right"

_READY_SECONDS = 60
_GUARD = 'read _; kill -s KILL -- "-$0"; rm -rf "$1"'
"""Waits for the end of the process that started it, were it killed, and ends what it had started."""

Command = list[object]


@dataclass(frozen=True)
class Place:
    """Where a server runs, and with which further options; ``{port}`` in one is the port."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Peer:
    """A kind of server."""

    name: str
    template: str
    """Its URL, less the port and perhaps a password and a database."""
    command: Callable[[Place], Command]
    """Makes what the server needs in its folder, and says how it is started."""
    database: str = ""
    unknown: str = ""
    """The name of a database that does not exist, where there are databases."""
    ending: signal.Signals = signal.SIGKILL
    heavy: bool = False

    @property
    def has_login(self) -> bool:
        """Whether the server asks who we are."""
        return "{password}" in self.template

    def url(self, port: int, *, password: str = PASSWORD, database: str | None = None) -> str:
        """Its URL on ``port``, with the right login and database unless others are given."""
        known = self.database if database is None else database
        return self.template.format(port=port, password=password, database=known)


class Server:
    """A server that can be started, paused and stopped, any number of times."""

    def __init__(self, peer: Peer, *options: object) -> None:
        self.peer = peer
        self.folder = standard.folder()
        self.port = free_port()
        given = tuple(str(option).replace("{port}", str(self.port)) for option in options)
        self._command = peer.command(Place(self.folder, self.port, given))
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def url(self, *, password: str = PASSWORD, database: str | None = None) -> str:
        """Its URL, with the right login and database unless others are given."""
        return self.peer.url(self.port, password=password, database=database)

    def start(self, *options: object) -> None:
        """Start it, with these further options."""
        self._process = subprocess.Popen(
            list(map(str, [*self._command, *options])),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guard = subprocess.Popen(
            ["sh", "-c", _GUARD, str(self._process.pid), str(self.folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def listen(self) -> None:
        """Return once its port is open."""
        assert self._process
        deadline = time.monotonic() + _READY_SECONDS
        while not _listens(self.port):
            assert self._process.poll() is None, f"{self.peer.name}: {self._process.returncode}"
            assert time.monotonic() < deadline, f"{self.peer.name} does not listen"
            time.sleep(0.01)

    def pause(self) -> None:
        """Let its port be open and nobody answer there."""
        self._signal(signal.SIGSTOP)
        eventually(self._is_stopped)  # a thread on another processor may still answer

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it; its folder stays for the next start."""
        if self._guard:
            self._guard.kill()
            with self._guard:
                self._guard = None
        if self._process:
            self._signal(self.peer.ending)
            self._signal(signal.SIGCONT)
            self._process.wait(10)
            self._signal(signal.SIGKILL)  # what it had started
            self._process = None

    def _is_stopped(self) -> bool:
        assert self._process
        states = set()
        for stat in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
            with suppress(OSError):  # it has ended
                state, _, group, *_ = stat.read_text().rpartition(") ")[2].split()
                states |= {state} if int(group) == self._process.pid else set()
        return states <= {"T", "Z"}

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


@contextmanager
def prepared(peer: Peer, *options: object) -> Iterator[Server]:
    """A server of the caller's own that is not started yet; ended afterwards."""
    server = Server(peer, *options)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def own(peer: Peer, *options: object) -> Iterator[Server]:
    """A server of the caller's own whose port is open; ended afterwards."""
    with prepared(peer, *options) as server:
        server.start()
        server.listen()
        yield server


@functools.cache
def shared(peer: Peer) -> Server:
    """A server for tests that only ask it; ended with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(own(peer))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
