"""Processes for tenants: forked by one that has imported what all of them import, which is most of what one takes.

That process runs none of the project's code, connects to nothing and has one thread. Where it cannot be so,
or not be forked, each is started by itself.
"""

import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from bootctl.boot.tenants import single
from bootctl.config.invocation import Invocation
from bootctl.database.url import Url
from bootctl.errors import BootError
from bootctl.output.early import FORKS
from bootctl.project import detect

_IMPORTED = (
    *("click", "loguru", "sqlparse"),
    *("bootctl.boot.looks", "bootctl.boot.pipeline", "bootctl.boot.breaking"),
    *(
        "bootctl.boot.receipts.keeping",
        "bootctl.boot.tenants.single",
        "bootctl.boot.tenants.schema",
    ),
    *("bootctl.migrate.retry", "bootctl.migrate.telling", "bootctl.migrate.risk.pending"),
)
_DRIVERS = {
    "postgresql": "psycopg2",
    "postgres": "asyncpg",
    "mysql": "aiomysql",
    "sqlite": "sqlite3",
}
"""What a connection imports where its URL names no driver."""
_CODE = 4
"""Bytes of a number that is told of a process."""


Process: TypeAlias = "subprocess.Popen[bytes] | Forked"


class Processes:
    """Starts processes of bootctl, each for one tenant. For any thread."""

    def __init__(self, invocation: Invocation, words: Sequence[str], urls: Sequence[Url]) -> None:
        """``words`` are those of the command; ``urls`` the tenants' databases."""
        self._invocation = invocation
        self._command = [*single.program(), *words]
        self._urls = urls
        self._starting = threading.Lock()
        self._forking: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    def prepare(self) -> None:
        """Start the process that forks, the first time, and wait until it has imported."""
        with self._starting, suppress(OSError):  # then nothing can be started
            if self._forking is not None:
                return
            own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with other:
                words = [str(other.fileno()), *_modules(self._invocation, self._urls[0])]
                environ = {**single.environ_of(self._invocation, ""), FORKS: " ".join(words)}
                self._forking = self._started(environ, pass_fds=[other.fileno()])
            if own.recv(1):  # nothing where it has ended
                self._link = own

    def start(self, tenant: str, stdout: int, stderr: int) -> Process:
        """Start one. Raises ``OSError`` where the system refuses that."""
        if self._link is not None:
            with suppress(OSError):
                return Forked(self._link, tenant, stdout, stderr)
        environ = single.environ_of(self._invocation, tenant)
        return self._started(environ, stdout=stdout, stderr=stderr)

    def close(self) -> None:
        """End the process that forks."""
        if self._link is not None:
            self._link.close()
        if self._forking is not None:
            self._forking.wait()

    def _started(self, environ: Mapping[str, str], **how: Any) -> "subprocess.Popen[bytes]":
        nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        folder = self._invocation.root
        return subprocess.Popen(self._command, cwd=folder, env=environ, **{**nowhere, **how})  # noqa: S603  # bootctl itself


class Forked:
    """A process that another one has forked, which tells its number, and how it has ended."""

    def __init__(self, link: socket.socket, tenant: str, stdout: int, stderr: int) -> None:
        """Ask for it through ``link``. Raises ``OSError`` where there is none."""
        self._reading = threading.Lock()
        self._code: int | None = None
        self._told, telling = os.pipe()
        try:
            with open(telling, "wb"):
                socket.send_fds(link, [tenant.encode()], [stdout, stderr, telling])
            pid = self._number()
            if pid is None:
                raise ProcessLookupError
        except OSError:
            os.close(self._told)
            raise
        self._pid = pid

    def poll(self) -> int | None:
        """Return how it has ended, as ``wait`` does; ``None`` where it has not."""
        with self._reading:
            if self._code is None and self._is_told(0):
                code = self._number()
                os.close(self._told)
                self._code = -signal.SIGKILL if code is None else code  # who would know was killed
            return self._code

    def wait(self) -> int:
        """Return its exit code once it has ended; of a signal the number below zero."""
        while (code := self.poll()) is None:
            self._is_told(None)
        return code

    def send_signal(self, sig: int, /) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, sig)

    def _is_told(self, milliseconds: int | None) -> bool:
        ready = select.poll()
        ready.register(self._told, select.POLLIN)
        return bool(ready.poll(milliseconds))

    def _number(self) -> int | None:
        data = os.read(self._told, _CODE)
        return int.from_bytes(data, signed=True) if data else None


def number(value: int) -> bytes:
    """Return a number as it is told of a process."""
    return value.to_bytes(_CODE, signed=True)


def _modules(invocation: Invocation, url: Url) -> list[str]:
    """Return what processes for databases such as ``url`` import, as far as that is known before."""
    found = [*_IMPORTED, url.driver or _DRIVERS.get(url.scheme, url.scheme)]
    with suppress(BootError):  # which each of them will end with
        orm = detect.detect(invocation.root, invocation.loaded.settings.orm).backend
        found.append(f"bootctl.migrate.{orm}.backend")
    return found
