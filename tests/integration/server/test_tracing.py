"""A process that is made to send a socket does not notice, whatever it is doing."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from bootctl.server.drain.tracing import sent

TIMES = 100
BEGINNING = """
import os, select, signal, socket, threading, time
listener = socket.create_server(("127.0.0.1", 0))
ours, theirs = socket.socketpair()
def later(action):
    threading.Timer(1, action).start()
each, wakeup = socket.socketpair()
wakeup.setblocking(False)
each.settimeout(5)
signal.set_wakeup_fd(wakeup.fileno())
signal.signal(signal.SIGRTMIN, lambda number, frame: None)
print(listener.fileno(), listener.getsockname()[1], flush=True)
"""
ACTIVITIES = {
    "computes": "end = time.monotonic() + 1\nwhile time.monotonic() < end: sum(range(1000))",
    "sleeps": "before = time.monotonic(); time.sleep(1); assert time.monotonic() - before < 2",
    "receives": "later(lambda: theirs.send(b'x')); assert ours.recv(9) == b'x'",
    "receives with a timeout": "ours.settimeout(5); later(lambda: theirs.send(b'x')); ours.recv(9)",
    "waits for a lock": "event = threading.Event(); later(event.set); assert event.wait(9)",
    "waits for a child": "assert os.system('sleep 1') == 0",
    "polls": "later(lambda: theirs.send(b'x')); assert select.select([ours], [], [], 9)[0]",
}
END = """
came = sum(len(each.recv(1)) for _ in range(100))
print(came, len(os.listdir("/proc/self/fd")))
"""


@dataclass(frozen=True)
class Other:
    """A process with a listener, and what it does meanwhile."""

    process: "subprocess.Popen[str]"
    fd: int
    port: int


@contextmanager
def other(activity: str) -> Iterator[Other]:
    script = f"{BEGINNING}{activity}{END}"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout
            fd, port = map(int, process.stdout.readline().split())
            yield Other(process, fd, port)
        finally:
            process.kill()


@pytest.mark.parametrize("activity", ACTIVITIES.values(), ids=ACTIVITIES)
def test_it_goes_on_as_if_nothing_had_been(activity: str) -> None:
    with other(activity) as it:
        for _ in range(TIMES):
            it.process.send_signal(signal.SIGRTMIN)
            with eventually_sent(it) as copy:
                assert copy.getsockname()[1] == it.port
        output, _ = it.process.communicate(timeout=15)
    assert it.process.returncode == 0
    assert output == f"{TIMES} 9\n"


def eventually_sent(it: Other) -> socket.socket:
    """A signal that arrives at the same moment comes first."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            return sent(it.process.pid, it.process.pid, it.fd)
    raise TimeoutError


def test_what_is_not_open_is_not_sent() -> None:
    with other("time.sleep(1)") as it:
        with pytest.raises(OSError, match="Bad file descriptor"):
            sent(it.process.pid, it.process.pid, 999)
        assert it.process.poll() is None


def test_who_has_ended_sends_nothing() -> None:
    with other("") as it:
        it.process.kill()
        it.process.wait()
        with pytest.raises(ProcessLookupError):
            sent(it.process.pid, it.process.pid, it.fd)
