"""From the moment a server is ready to the end of the wait, beside the loop that people write.

``python -m tests.bench.readiness [STARTS] [KIND...]`` starts Redis and PostgreSQL in turn, or the
KINDs only, at random times up to 20 s after ``bootctl wait URL`` and the loop began to wait for
that very start. Ready is the moment at which a client that asks all the time has its first answer.
"""

import json
import multiprocessing
import os
import random
import select
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from tests.support.processes.spawned import environment
from tests.support.servers import standard
from tests.support.servers.ports import free_port

LATEST_SECONDS = 20
SIDE_BY_SIDE = 3
PATIENCE_SECONDS = 60
ASK_EVERY_SECONDS = 0.001
SETTINGS = {"BOOTCTL__WAIT__TIMEOUT": "120", "BOOTCTL__LOG__FORMAT": "json"}
LOGIN = b"\0\x03\0\0user\0bootctl\0database\0postgres\0\0"
QUERY = b"SELECT 1\0"
IDLE = b"Z\0\0\0\x05I"


@dataclass(frozen=True)
class Kind:
    """A server: how it is started, asked, and waited for."""

    url: str
    peer: str
    command: Callable[[int], list[str]]
    answers: Callable[[socket.socket], bool]
    ending: signal.Signals


@dataclass(frozen=True)
class Start:
    """What one start took, in ms from the moment it was ready."""

    kind: str
    bootctl: float
    peer: float
    logged: float
    answer: float
    """How long the observer's answer took: so much earlier it may have been ready."""


def main(starts: int, kinds: Sequence[str]) -> None:
    """Start the servers, a few side by side, and print what the waits took."""
    print(f"{starts} starts, {SIDE_BY_SIDE} side by side, on {os.cpu_count()} cores", flush=True)
    for kind in kinds:
        print(f"`bootctl wait {KINDS[kind].url}` beside `{KINDS[kind].peer}`", flush=True)
    # In processes of their own, so that no observer waits for another.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=spawn) as pool:
        delays = [random.uniform(0, LATEST_SECONDS) for _ in range(starts)]
        waits = [pool.submit(_start, kinds[i % len(kinds)], delays[i]) for i in range(starts)]
        done = [wait.result() for wait in waits]
    print("\nFrom the moment a server is ready to the end of the wait, in ms")
    print(f"{'':44}{'median':>9}{'p95':>9}{'max':>9}")
    for kind in kinds:
        _table(kind, [start for start in done if start.kind == kind])
    if len(kinds) > 1:
        _table("all", done)


def _table(name: str, starts: Sequence[Start]) -> None:
    ours = _row(f"{name}, {len(starts)} starts: bootctl wait", [s.bootctl for s in starts])
    _row("  of it until wait.ready is logged", [s.logged for s in starts])
    _row("  of it from there to the end", [s.bootctl - s.logged for s in starts])
    theirs = _row("the loop", [s.peer for s in starts])
    _row("uncertain: the observer's own answer", [s.answer for s in starts])
    print(f"{'ratio of the medians':44}{theirs / ours:9.1f}")


def _row(name: str, values: Sequence[float]) -> float:
    median = statistics.median(values)
    p95 = statistics.quantiles(values, n=20, method="inclusive")[-1] if values[1:] else values[0]
    print(f"{name:44}{median:9.1f}{p95:9.1f}{max(values):9.1f}")
    return median


def _start(name: str, delay: float) -> Start:
    """Let both wait, start the server ``delay`` seconds later, and see when each ends."""
    kind, port = KINDS[name], free_port()
    ours = [sys.executable, "-m", "bootctl", "wait", kind.url.format(port)]
    theirs = ["sh", "-c", kind.peer.format(port)]
    with _process(ours, log=True) as wait, _process(theirs) as loop:
        assert wait.stderr is not None
        assert '"wait.retry"' in wait.stderr.readline().decode()
        time.sleep(delay)
        with _process(kind.command(port), kind.ending), ThreadPoolExecutor() as threads:
            ends = [threads.submit(_end, process) for process in (wait, loop)]
            answer, ready, clock = _observe(kind, port)
            bootctl, peer = ((end.result() - ready) * 1000 for end in ends)
        logged = (_ready_line(wait.stderr.read()) - clock) * 1000
    return Start(name, bootctl, peer, logged, answer * 1000)


def _observe(kind: Kind, port: int) -> tuple[float, float, float]:
    """Ask until there is an answer: the seconds it took, and its moment by two clocks."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while (asked := time.monotonic()) < give_up:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if kind.answers(connection):
                    ready = time.monotonic()
                    return ready - asked, ready, time.time()
        except OSError:
            pass
        time.sleep(ASK_EVERY_SECONDS)
    raise TimeoutError(f"no answer on port {port} in {PATIENCE_SECONDS} s")


def _end(process: "subprocess.Popen[bytes]") -> float:
    """The moment the process ends, by the kernel's word."""
    descriptor = os.pidfd_open(process.pid)
    try:
        select.select([descriptor], [], [], PATIENCE_SECONDS)
        ended = time.monotonic()
    finally:
        os.close(descriptor)
    assert process.wait(0) == 0, process.args
    return ended


def _ready_line(log: bytes) -> float:
    lines = [json.loads(line) for line in log.splitlines()]
    (ready,) = (line["time"] for line in lines if line["event"] == "wait.ready")
    return datetime.fromisoformat(ready).timestamp()


@contextmanager
def _process(
    command: list[str], ending: signal.Signals = signal.SIGTERM, *, log: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process, ended afterwards where it has not ended by itself."""
    process = subprocess.Popen(
        command,
        cwd=_folder(),
        env=environment(_variables()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if log else subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(ending)
        process.wait()


def _redis(port: int) -> list[str]:
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(_folder())]
    return ["redis-server", *options]


def _postgresql(port: int) -> list[str]:
    options = ["-k", str(_folder()), "-h", "127.0.0.1", "-p", str(port)]
    return [*standard.unprivileged(), "postgres", "-D", str(_cluster()), *options]


def _answers_redis(connection: socket.socket) -> bool:
    connection.sendall(b"PING\r\n")
    return connection.recv(64) == b"+PONG\r\n"


def _answers_postgresql(connection: socket.socket) -> bool:
    connection.sendall((len(LOGIN) + 4).to_bytes(4, "big") + LOGIN)
    if not _until_idle(connection).startswith(b"R"):
        return False
    connection.sendall(b"Q" + (len(QUERY) + 4).to_bytes(4, "big") + QUERY)
    return _until_idle(connection).startswith(b"T")


def _until_idle(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(IDLE) and (more := connection.recv(4096)):
        said += more
    return said


@cache
def _folder() -> Path:
    return standard.folder()


@cache
def _cluster() -> Path:
    """The data directory of this process's starts, which never run at the same time."""
    place = _folder() / "data"
    initdb = [standard.postgresql_binary("initdb"), "-D", place, "-U", "bootctl", "-A", "trust"]
    command = [*standard.unprivileged(), *map(str, initdb), "--no-locale", "--no-sync"]
    subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, check=True)
    return place


def _variables() -> dict[str, str]:
    # Debian's own pg_isready is a Perl script that runs this one: slower than people's.
    programs = standard.postgresql_binary("pg_isready").parent
    return {**SETTINGS, "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}


KINDS = {
    "redis": Kind(
        "redis://127.0.0.1:{}",
        "until redis-cli -p {} ping | grep -q PONG; do sleep 1; done",
        _redis,
        _answers_redis,
        signal.SIGTERM,
    ),
    "postgresql": Kind(
        "postgresql://bootctl@127.0.0.1:{}/postgres",
        "until pg_isready -h 127.0.0.1 -p {}; do sleep 1; done",
        _postgresql,
        _answers_postgresql,
        signal.SIGINT,
    ),
}


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50, sys.argv[2:] or list(KINDS))
