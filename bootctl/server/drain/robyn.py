"""How a Robyn server is stopped so that nothing that it was asked is lost.

SIGTERM makes a worker accept no more, and is not enough: its accepting thread may end before its
serving one knows, which then drops every request in flight (actix-server, ``ServerWorker::poll``; 3
of 25 stops under load), and it keeps idle connections for half a minute. So this process takes
copies of a worker's sockets, lets nobody in and closes them itself, and the worker gets only
SIGINT, once no connection is left. Where it may not, the worker gets SIGTERM when nothing is in
flight, or half of the time is over, and SIGINT when it is silent.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from .children import AWAITED, STOPPING, reaped
from .copying import copied
from .log import Log
from .sockets import Socket, sockets_in_use

_POLL_SECONDS = 0.01
_BURST_MS = 10
"""How long the parts of one request are apart, at most, where its client is near."""
_RESTLESS_SECONDS = 1.0
"""After this a connection that has never been silent for so long is closed at any moment."""
_HANDLERS_SECONDS = 5.0
"""What shutdown handlers have after the last request."""
_THREAD = "actix-"
"""How the threads of a worker are named that serve requests."""
_HIGHEST_TTL = 255
_MINIMUM_TTL = ((socket.IPPROTO_IP, 21), (socket.IPPROTO_IPV6, 73))
"""IP_MINTTL and IPV6_MINHOPCOUNT."""


class Drain:
    """One stop of a Robyn server, from the signal to the end of its last process."""

    def __init__(self, server: int, stop_timeout: float, log: Log) -> None:
        self._server = server
        self._log = log
        self._begun = time.monotonic()
        self._halfway = self._begun + stop_timeout / 2
        self._deadline = self._begun + stop_timeout
        self._end = float("inf")
        self._workers: dict[int, Worker] = {}

    def run(self, name: str) -> int:
        """Stop the server. Returns the exit status: 0, since it was asked for."""
        self._find_workers()
        message = f"{name}: the workers finish what they were asked"
        self._log.event("drain.begun", message, workers=len(self._workers))
        while (ended := reaped(self._server)) is None and time.monotonic() < self._end:
            received = signal.sigtimedwait(AWAITED, _POLL_SECONDS)
            if received and received.si_signo in STOPPING:
                self._deadline = 0
            self._find_workers()
            self._interrupt()
        if ended is None:
            self._kill()
        spent = round((time.monotonic() - self._begun) * 1000)
        self._log.event("drain.done", "the server has stopped", duration_ms=spent)
        return 0

    def _find_workers(self) -> None:
        """Those too that were only starting when the signal came."""
        for pid in workers(self._server):
            if pid not in self._workers:
                self._workers[pid] = Worker(pid)

    def _interrupt(self) -> None:
        """SIGINT to the workers that are drained; to all of them once there is no time left."""
        left = [worker for worker in self._workers.values() if not worker.interrupted]
        is_late = time.monotonic() >= self._deadline
        sockets = sockets_in_use() if left and not is_late else None
        impatient = time.monotonic() > self._halfway
        for worker in left:
            if is_late or worker.is_drained(sockets, impatient=impatient):
                worker.interrupted = True
                worker.send(signal.SIGINT)
                self._end = time.monotonic() + _HANDLERS_SECONDS
        if left and is_late:
            self._log.event("drain.cut", "requests without an answer are dropped", "warning")

    def _kill(self) -> None:
        self._log.event("drain.cut", "shutdown handlers take too long, and are killed", "warning")
        for worker in self._workers.values():
            worker.send(signal.SIGKILL)
        os.kill(self._server, signal.SIGKILL)


class Worker:
    """A process that serves, and is to stop."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.interrupted = False
        self._since = time.monotonic()
        self._ports: set[int] = set()
        self._closes = True
        """Whether its sockets can be copied."""
        self._was_told = False
        self._was_quiet = False

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def is_drained(self, sockets: dict[int, Socket] | None, *, impatient: bool) -> bool:
        """Return whether nobody waits for it, as the last time. Closes what nobody asks anything on."""
        known = sockets or {}
        own = [(fd, known[inode]) for fd, inode in _inodes(self.pid) if inode in known]
        if not self._ports:
            self._ports = {each.port for fd, each in own if each.listens and self._deafen(fd)}
        mine = [(fd, each) for fd, each in own if each.port in self._ports]
        if sockets is not None and self._closes:
            quiet = self._close_idle(mine)
        else:
            connections = [each for _, each in mine if not each.listens]
            quiet = self._is_silent(connections, known=sockets is not None, impatient=impatient)
        was_quiet, self._was_quiet = self._was_quiet, quiet
        return quiet and was_quiet

    def _close_idle(self, mine: list[tuple[int, Socket]]) -> bool:
        """Close what nothing is asked on. Whether there was nothing, and nobody is being let in."""
        restless = time.monotonic() - self._since > _RESTLESS_SECONDS
        for fd, each in mine:
            # What was asked is answered all the same, but an upload that pauses would be cut.
            doubtful_ms = 0 if restless else _BURST_MS
            if not each.listens and each.is_idle(0, doubtful_ms, confirmed=not restless):
                self._close(fd)
        return all(each.listens and not each.unread for _, each in mine)

    def _is_silent(self, connections: list[Socket], *, known: bool, impatient: bool) -> bool:
        """Have it accept no more. Whether it has ended to serve, or is silent at this moment."""
        if not self._was_told and (impatient or all(each.is_idle(0, 0) for each in connections)):
            self._was_told = True
            self.send(signal.SIGTERM)
        return not _serves(self.pid) or (
            self._was_told and known and all(each.is_idle(1000, 5000) for each in connections)
        )

    def _deafen(self, fd: int) -> bool:
        """Let nobody new in at the listener ``fd``, and return whether it is Robyn's.

        Whoever tries again comes to the next server. Other listeners have no SO_REUSEPORT.
        """
        copy = self._copy(fd)
        if copy is None:
            return not self._closes
        with copy:
            if not copy.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT):
                return False
            for level, option in _MINIMUM_TTL:
                with suppress(OSError):  # the one of the other family
                    copy.setsockopt(level, option, _HIGHEST_TTL)
            return True

    def _close(self, fd: int) -> None:
        """Receive no more on its descriptor ``fd``; what it has read is still answered."""
        copy = self._copy(fd)
        if copy is not None:
            with copy, suppress(OSError):
                copy.shutdown(socket.SHUT_RD)

    def _copy(self, fd: int) -> "socket.socket | None":
        """Return its socket ``fd``, as one of this process's too."""
        thread = next(_serving_threads(self.pid), None)
        if thread is None:
            return None
        try:
            return copied(self.pid, thread, fd)
        except OSError:
            self._closes = False
            return None


def workers(server: int) -> list[int]:
    """Return the processes of the server that serve requests with Robyn: itself, or some below it."""
    return [pid for pid in _descendants(server) if _serves(pid)]


def _serves(pid: int) -> bool:
    return next(_serving_threads(pid), None) is not None


def _serving_threads(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/comm") as name:
                if name.read().startswith(_THREAD):
                    yield int(thread)


def _descendants(pid: int) -> list[int]:
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat") as stat:
            parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def _inodes(pid: int) -> list[tuple[int, int]]:
    """Return the descriptors of a process that are sockets, each with its inode."""
    found = []
    with suppress(OSError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                kind, _, inode = os.readlink(f"/proc/{pid}/fd/{fd}").partition(":[")
                found += [(int(fd), int(inode[:-1]))] if kind == "socket" else []
    return found
