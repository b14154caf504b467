"""A signal ends ``bootctl wait`` at once where it is PID 1 of a container, whatever it waits for."""

import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from tests.support.containers.running import Container, container
from tests.support.processes.prompt import SlowError, once_of_three
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

LONGEST_SECONDS = 0.2
PATIENCE_SECONDS = 15
GRACE_SECONDS = 10
"""After which ``Container.stop`` kills."""
LONG = {"BOOTCTL__WAIT__TIMEOUT": "60"}
URLS = {
    "tcp": "tcp://{}:{}",
    "postgresql": "postgresql://user:secret@{}:{}/service",
    "mysql": "mysql://user:secret@{}:{}/service",
}


@dataclass(frozen=True)
class State:
    """What a container is told to wait for, and what returns once it does."""

    target: str
    reached: Callable[[Container], None]
    options: tuple[str, ...] = ()


@contextmanager
def closed(kind: str) -> Iterator[State]:
    """A port that nothing listens on."""
    yield State(URLS[kind].format("127.0.0.1", free_port()), until_it_retries)


@contextmanager
def silent(kind: str) -> Iterator[State]:
    """A server that says nothing to those who connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield State(URLS[kind].format(*server.getsockname()), lambda _: until_readable(server))


@contextmanager
def unresolved(kind: str) -> Iterator[State]:
    """A name whose nameserver says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        # An address of this process's own: several processes test at once.
        address = str(IPv4Address("127.64.0.0") + os.getpid())
        nameserver.bind((address, 53))
        target = URLS[kind].format("database.example", 5432)
        yield State(target, lambda _: until_readable(nameserver), (f"--dns={address}",))


@contextmanager
def unstable(kind: str) -> Iterator[State]:
    """A server that is ready, and would have to stay so for a minute."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = URLS[kind].format(*server.getsockname())
        stable = "--env=BOOTCTL__WAIT__STABLE_FOR=60"
        yield State(target, lambda _: until_asked_twice(server), (stable,))


def until_it_retries(waiting: Container) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not waiting.logs().events("wait.retry"):
        assert time.monotonic() < deadline, waiting.logs()


def until_readable(listener: socket.socket) -> None:
    readable, _, _ = select.select([listener], [], [], PATIENCE_SECONDS)
    assert readable, "nothing came"


def until_asked_twice(server: socket.socket) -> None:
    for _ in range(2):
        until_readable(server)
        server.accept()[0].close()


def until_it_handles(number: signal.Signals, pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not int(status(pid, "SigCgt"), 16) >> (number - 1) & 1:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def status(pid: int, name: str) -> str:
    """A field of a process's status."""
    found = re.search(rf"^{name}:\s*(.*)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return found[1]


def assert_ends_at_once(waiting: Container, number: signal.Signals) -> None:
    """From the signal to the end of the process it takes no longer than it may."""
    assert status(waiting.pid, "NSpid").split()[-1] == "1"
    process = os.pidfd_open(waiting.pid)
    try:
        sent = time.monotonic()
        signal.pidfd_send_signal(process, number)
        ended, _, _ = select.select([process], [], [], PATIENCE_SECONDS)
        took = time.monotonic() - sent
    finally:
        os.close(process)
    assert ended, f"{number.name} did not end it: {waiting.logs()}"
    assert waiting.wait() == 128 + number, waiting.logs()
    assert waiting.logs().verdict["signal"] == number.name
    if took > LONGEST_SECONDS:
        raise SlowError(f"{took:.2f} s: {waiting.logs()}")


each_state = pytest.mark.parametrize(
    ("states", "kind"),
    [
        (closed, "tcp"),
        (closed, "postgresql"),
        (closed, "mysql"),
        (silent, "postgresql"),
        (silent, "mysql"),
        (unresolved, "tcp"),
        (unresolved, "postgresql"),
        (unresolved, "mysql"),
        (unstable, "tcp"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)


@once_of_three
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@each_state
def test_a_signal_ends_a_wait_at_once(
    states: Callable[[str], AbstractContextManager[State]], kind: str, number: signal.Signals
) -> None:
    with ExitStack() as stack:
        state = stack.enter_context(states(kind))
        started = container("wait", state.target, env=LONG, options=state.options)
        waiting = stack.enter_context(started)
        state.reached(waiting)
        assert_ends_at_once(waiting, number)


@once_of_three
@pytest.mark.parametrize("delay", [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5])
def test_sigterm_ends_it_at_once_as_soon_as_it_is_handled(delay: float) -> None:
    # Before, while Python starts, the kernel drops what PID 1 does not handle.
    with container("wait", f"tcp://127.0.0.1:{free_port()}", env=LONG) as waiting:
        until_it_handles(signal.SIGTERM, waiting.pid)
        time.sleep(delay)
        assert_ends_at_once(waiting, signal.SIGTERM)


def test_stopping_the_container_takes_no_grace_period() -> None:
    with container("wait", f"tcp://127.0.0.1:{free_port()}", env=LONG) as waiting:
        until_it_retries(waiting)
        before = time.monotonic()
        waiting.stop()
        assert time.monotonic() - before < GRACE_SECONDS
        assert waiting.logs().verdict["exit_code"] == 128 + signal.SIGTERM
