"""Processes for tenants: forked by one that has imported what all of them import, which is most of what one takes.

That process runs none of the project's code, connects to nothing and has one thread. Where it cannot be so,
or not be forked, each is started by itself.
"""

import os
import select
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

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
_OF_ORM = {
    "alembic": ("bootctl.migrate.alembic.backend",),
    "aerich": ("bootctl.migrate.aerich.backend",),
    "tortoise": ("bootctl.migrate.tortoise.backend", "bootctl.migrate.tortoise.migrations"),
}
_OF_SCHEME = {
    "postgresql": ("psycopg2", "bootctl.locking.postgresql"),
    "postgres": ("asyncpg", "tortoise.backends.asyncpg", "bootctl.locking.postgresql"),
    "asyncpg": ("asyncpg", "tortoise.backends.asyncpg", "bootctl.locking.postgresql"),
    "mysql": ("tortoise.backends.mysql", "sqlalchemy.dialects.mysql"),
    "sqlite": ("sqlite3",),
}
"""What a connection imports, where the URL names no driver."""
_CODE = 4
"""Bytes of a number that is told of a process."""


class Process(Protocol):
    """What is asked of a process, by any thread: a part of ``subprocess.Popen``."""

    def poll(self) -> int | None:
        """Return how it has ended, as ``wait`` does; ``None`` where it has not."""

    def wait(self) -> int:
        """Return its exit code once it has ended; of a signal the number below zero."""

    def send_signal(self, sig: int, /) -> None:
        """Send a signal, unless it has ended."""


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
        with self._starting:
            if self._forking is not None:
                return
            own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            environ = {
                **single.environ_of(self._invocation, ""),
                FORKS: " ".join(modules(self._invocation, self._urls[0])),
            }
            with other:
                self._forking = self._popen(
                    environ, other.fileno(), subprocess.DEVNULL, subprocess.DEVNULL
                )
            if own.recv(1):  # nothing where it has ended
                self._link = own
            else:
                own.close()

    def start(self, tenant: str, stdout: int, stderr: int) -> Process:
        """Start one. Raises ``OSError`` where the system refuses that."""
        if self._link is not None:
            with suppress(OSError):
                return Forked(self._link, tenant, stdout, stderr)
        return self._popen(
            single.environ_of(self._invocation, tenant), subprocess.DEVNULL, stdout, stderr
        )

    def close(self) -> None:
        """End the process that forks."""
        if self._link is not None:
            self._link.close()
        if self._forking is not None:
            self._forking.wait()

    def _popen(
        self, environ: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  # bootctl itself
            self._command,
            cwd=self._invocation.root,
            env=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )


class Forked:
    """A process that another one has forked, which tells its number, and how it has ended."""

    def __init__(self, link: socket.socket, tenant: str, stdout: int, stderr: int) -> None:
        """Ask for it through ``link``. Raises ``OSError`` where there is none."""
        self._told, telling = os.pipe()
        self._reading = threading.Lock()
        self._code: int | None = None
        try:
            socket.send_fds(link, [tenant.encode()], [stdout, stderr, telling])
        finally:
            os.close(telling)
        pid = self._number()
        if pid is None:
            os.close(self._told)
            raise ProcessLookupError
        self._pid = pid

    def poll(self) -> int | None:
        """Return how it has ended, as ``wait`` does; ``None`` where it has not."""
        with self._reading:
            if self._code is None and self._is_told(0):
                code = self._number()
                os.close(self._told)
                self._code = 1 if code is None else code  # who would know has been killed
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


def modules(invocation: Invocation, url: Url) -> list[str]:
    """Return what processes for databases such as ``url`` import, as far as that is known before."""
    orm = ""
    with suppress(BootError):  # which each of them will end with
        orm = detect.detect(invocation.root, invocation.loaded.settings.orm).backend
    drivers = (url.driver,) if url.driver else _OF_SCHEME.get(url.scheme, ())
    return [*_IMPORTED, *_OF_ORM.get(orm, ()), *drivers]
