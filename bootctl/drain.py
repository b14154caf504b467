"""The init of ``server.mode=drain``: it stays beside the server, and stops a Robyn server properly.

Run by its path, ``python -I -S drain.py PID ...``, in the process that started the server PID, with
every signal blocked, so that none is lost. To stay small it imports nothing of bootctl.

Any server gets every signal, and its exit status is passed on. A Robyn server never ends on SIGTERM,
or kills its workers: it is drained. Each worker gets SIGTERM, and accepts no more; connections on
which nothing is asked are closed, as their clients would do it; a worker that has none left gets
SIGINT, which runs the shutdown handlers.
"""

import errno
import os
import signal
import struct
import sys
import time
from contextlib import suppress

_STOPPING = (signal.SIGTERM, signal.SIGINT)
_NOT_FORWARDED = (signal.SIGCHLD, signal.SIGTTIN, signal.SIGTTOU)
_SYNCHRONOUS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS}
_AWAITED = signal.valid_signals() - _SYNCHRONOUS
_POLL_SECONDS = 0.02
_HANDLERS_SECONDS = 5.0
"""What shutdown handlers have after the last request."""
_ROBYN_THREAD = "actix-"  # how the threads are named that serve requests
_PIDFD_GETFD = 438
_LISTEN = 10
_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY = 4, 20
_REQUEST = struct.Struct("=IHHIIBBBxI48x")
"""A struct nlmsghdr and a struct inet_diag_req_v2."""
_HEADER = (_REQUEST.size, _SOCK_DIAG_BY_FAMILY, 0x301, 0, 0)  # NLM_F_REQUEST | NLM_F_DUMP
_STATES = 1 << 1 | 1 << 8 | 1 << _LISTEN  # ESTABLISHED, CLOSE_WAIT
_INFO = 2  # INET_DIAG_INFO: the attribute that is a struct tcp_info
_TICK_MS = 10
"""Two moments of a connection that are closer than this may have been in either order."""


def main(server: int, stop_timeout: float, log: "Log") -> int:
    """Be the init of ``server`` until it ends. Returns its exit status, 128+N for signal N."""
    while (status := _reaped(server)) is None:
        number = signal.sigwait(_AWAITED)
        if number in _STOPPING and _workers(server):
            return Drain(server, stop_timeout, log).run(signal.Signals(number).name)
        if number not in _NOT_FORWARDED:
            os.kill(server, number)
    return status


class Log:
    """Lines as bootctl's own log writes them: JSON, or for a person; ``quiet`` without info."""

    def __init__(self, form: str, volume: str, run_id: str) -> None:
        self._form = form
        self._quiet = volume == "quiet"
        self._run_id = run_id

    def event(self, name: str, message: str, level: str = "info", **fields: int) -> None:
        """Write one event. Its texts need no escaping."""
        if self._quiet and level == "info":
            return
        if self._form == "console":
            line = f"\x1b[{33 if level == 'warning' else 32}m{name:<16}\x1b[0m {message}"
        else:
            seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
            line = (
                f'{{"time": "{moment}.{milliseconds:03d}Z", "level": "{level}", "event": "{name}", '
                f'"stage": "drain", "message": "{message}", "run_id": "{self._run_id}"'
            )
            line += "".join(f', "{key}": {number}' for key, number in fields.items()) + "}"
        with suppress(OSError):
            os.write(2, f"{line}\n".encode())


class Drain:
    """One stop of a Robyn server, from the signal to the end of its last process."""

    def __init__(self, server: int, stop_timeout: float, log: Log) -> None:
        self._server = server
        self._log = log
        self._begun = time.monotonic()
        self._deadline = self._begun + stop_timeout
        self._end = float("inf")
        self._workers: dict[int, Worker] = {}

    def run(self, name: str) -> int:
        """Stop the server. Returns the exit status: 0, since it was asked for."""
        self._tell_to_stop()
        message = f"{name}: the workers finish what they were asked"
        self._log.event("drain.begun", message, workers=len(self._workers))
        while (ended := _reaped(self._server)) is None and time.monotonic() < self._end:
            received = signal.sigtimedwait(_AWAITED, _POLL_SECONDS)
            if received and received.si_signo in _STOPPING:
                self._deadline = 0
            self._tell_to_stop()
            self._interrupt()
        if ended is None:
            self._kill()
        spent = round((time.monotonic() - self._begun) * 1000)
        self._log.event("drain.done", "the server has stopped", duration_ms=spent)
        return 0

    def _tell_to_stop(self) -> None:
        """SIGTERM to the workers; to those too that were only starting when it came."""
        for pid in _workers(self._server):
            if pid not in self._workers:
                with suppress(ProcessLookupError):
                    self._workers[pid] = Worker(pid)
                    self._workers[pid].send(signal.SIGTERM)

    def _interrupt(self) -> None:
        """SIGINT to the workers that are drained; to all of them once there is no time left."""
        left = [worker for worker in self._workers.values() if not worker.interrupted]
        is_late = time.monotonic() >= self._deadline
        sockets = _sockets() if left and not is_late else None
        for worker in left:
            if is_late or worker.is_drained(sockets):
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
    """A process that serves, held by a descriptor: its number may become another's."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.interrupted = False
        self._descriptor = os.pidfd_open(pid)
        self._ports: set[int] = set()
        self._closes = True
        """Whether its sockets can be closed from here: some seccomp profiles do not allow it."""
        self._was_quiet = False

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, number)

    def is_drained(self, sockets: "dict[int, Socket] | None") -> bool:
        """Whether nobody waits for it, as the last time. Closes what nobody asks anything on."""
        if sockets is None:  # it is known only of all of its connections together
            return not _serves(self.pid)
        own = [(fd, sockets[inode]) for fd, inode in _inodes(self.pid) if inode in sockets]
        self._ports |= {each.port for _, each in own if each.state == _LISTEN}
        asked = []
        for fd, each in own:
            if each.state == _LISTEN:
                self._close(fd, listening=True)
            elif each.port in self._ports:
                asked.append(each)
                if each.is_idle(quiet_ms=0, doubtful_ms=100):
                    self._close(fd)
        # Where it cannot close them it can choose a moment of silence, which is not as safe.
        quiet = not asked if self._closes else all(each.is_idle(1000, 5000) for each in asked)
        was_quiet, self._was_quiet = self._was_quiet, quiet
        return quiet and was_quiet

    def _close(self, fd: int, *, listening: bool = False) -> None:
        """Receive no more on its descriptor ``fd``; what it has read is still answered."""
        import ctypes
        import socket

        copy = ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, self._descriptor, fd, 0)
        if copy < 0:
            self._closes &= ctypes.get_errno() == errno.EBADF  # it was closed just now
            return
        with socket.socket(fileno=copy) as mine, suppress(OSError):
            # Robyn sets SO_REUSEPORT; another listener, as one for metrics, would see only errors.
            if not listening or mine.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT):
                mine.shutdown(socket.SHUT_RD)


class Socket:
    """A TCP socket as ``linux/inet_diag.h`` and ``linux/tcp.h`` describe it."""

    def __init__(self, message: bytes) -> None:
        self.state = message[1]
        (self.port,) = struct.unpack_from(">H", message, 4)
        self._unread, self._unsent, _, self.inode = struct.unpack_from("=4I", message, 56)
        self._info = _attribute(message[72:], _INFO)

    def is_idle(self, quiet_ms: int, doubtful_ms: int) -> bool:
        """Whether it waits for a request: what was asked is answered, and that ``quiet_ms`` ago.

        Where the last request and the last answer came together, that request may also be the one
        after that answer: then ``doubtful_ms`` ago.
        """
        received, answers = struct.unpack_from("=Q20xI", self._info, 128)
        if self._unread or self._unsent or (received and not answers):
            return False
        since_sent: int
        since_received: int
        since_sent, _, since_received = struct.unpack_from("=3I", self._info, 44)
        if received and abs(since_received - since_sent) <= _TICK_MS:
            quiet_ms = doubtful_ms
        elif received and since_received < since_sent:
            return False
        return min(since_sent, since_received) >= quiet_ms


def _sockets() -> dict[int, Socket] | None:
    """The TCP sockets in use in this network namespace by their inode, as sock_diag(7) tells.

    ``None`` where the kernel does not.
    """
    try:
        sockets = [Socket(message) for message in _dump()]
    except OSError:
        return None
    return {each.inode: each for each in sockets}


def _dump() -> list[bytes]:
    """The kernel's descriptions of the TCP sockets that are in use in this network namespace."""
    import socket

    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        kind = _SOCK_DIAG_BY_FAMILY
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as diag:
            diag.send(
                _REQUEST.pack(*_HEADER, family, socket.IPPROTO_TCP, 1 << (_INFO - 1), _STATES)
            )
            while kind == _SOCK_DIAG_BY_FAMILY:
                data = diag.recv(1 << 16)
                while data:
                    length, kind = struct.unpack_from("=IH", data)
                    found += [data[16:length]] if kind == _SOCK_DIAG_BY_FAMILY else []
                    data = data[length + 3 & ~3 :]
    return found


def _attribute(data: bytes, wanted: int) -> bytes:
    length, kind = struct.unpack_from("=HH", data)
    return data[4:length] if kind == wanted else _attribute(data[length + 3 & ~3 :], wanted)


def _inodes(pid: int) -> list[tuple[int, int]]:
    """The descriptors of a process that are sockets, each with its inode."""
    found = []
    with suppress(OSError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                kind, _, inode = os.readlink(f"/proc/{pid}/fd/{fd}").partition(":[")
                found += [(int(fd), int(inode[:-1]))] if kind == "socket" else []
    return found


def _workers(server: int) -> list[int]:
    """The processes of the server that serve requests with Robyn: itself, or some below it."""
    return [pid for pid in _descendants(server) if _serves(pid)]


def _serves(pid: int) -> bool:
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/comm") as name:
                if name.read().startswith(_ROBYN_THREAD):
                    return True
    return False


def _descendants(pid: int) -> list[int]:
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat") as stat:
            parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def _reaped(server: int) -> int | None:
    """Reap whatever has ended. The exit status of ``server``, once that has."""
    pid = -1
    while pid:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == server:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
    return None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), Log(*sys.argv[3:])))
