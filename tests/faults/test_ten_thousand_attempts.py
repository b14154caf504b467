"""A wait holds as much after ten thousand attempts as after one, and no server holds any of it.

Each wait has a process of its own, whose memory is its alone, and which lives on while the servers
are asked who is connected.
"""

import asyncio
import gc
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from bootctl.config.settings import Wait
from bootctl.database.url import parse
from bootctl.wait import again, loop, schemes
from bootctl.wait.loop import wait_for
from bootctl.wait.probe import NotReady, Probe
from tests.support.eventually import eventually
from tests.support.servers import kinds
from tests.support.servers.own_server import Peer, shared
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow
IN_LONG_SUITE = ("postgresql-asyncpg-ready", "file://")

LOOKS = 10
LATE_SECONDS = 2
PATIENCE_SECONDS = 20
POOLED = 4
"""Threads that a process of its own and its pool may keep; more are of libraries, and to end."""
POOL = min(32, (os.cpu_count() or 1) + 4)
"""Threads more than before that are no growth: asyncio's own pool has as many when it is full."""
SPARE = 2
"""Descriptors more than before that are no growth."""
SPARE_OBJECTS = 200
SPARE_KIB = 2048
CONNECTED = ("01", "08")  # ESTABLISHED, CLOSE_WAIT
ALL, MANY, SOME, FEW = 10_000, 3_000, 1_000, 500
CLOSED, STRANGE = "refused connection", "another protocol"


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    descriptors: int
    sockets: int
    threads: int
    tasks: int
    objects: int
    kib: int


@dataclass(frozen=True)
class Seen:
    """What a wait held before, on the way and afterwards, and how it was answered."""

    before: Held
    during: list[Held]
    after: Held
    answers: Counter[str]


class Asked:
    """A probe that asks another until it has been asked often enough."""

    target = "x://asked"
    depth = "query"

    def __init__(self, probe: Probe, attempts: int) -> None:
        self.answers: Counter[str] = Counter()
        self.during: list[Held] = []
        self._probe = probe
        self._attempts = attempts

    async def check(self) -> None:
        asked = self.answers.total()
        if asked % (self._attempts // LOOKS) == 0:
            self.during.append(await held())
        if asked == self._attempts:
            return
        try:
            await self._probe.check()
        except NotReady as answer:
            self.answers[answer.kind] += 1
            raise
        self.answers["ready"] += 1
        raise NotReady("starting", "it is asked once more")


async def held() -> Held:
    """What this process holds once what has just ended is gone: pymongo's threads die late."""
    deadline = time.monotonic() + LATE_SECONDS
    await asyncio.sleep(0.05)
    while threading.active_count() > POOLED and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    targets = _open()  # before what was left open is found and closed
    gc.collect()
    return Held(
        descriptors=len(targets),
        sockets=sum("socket:" in target for target in targets),
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
        objects=len(gc.get_objects()),
        kib=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") >> 10,
    )


def _open() -> list[str]:
    return [os.path.realpath(path) for path in Path("/dev/fd").iterdir()]


def wait(url: str, driver: str | None, attempts: int) -> Seen:
    """Ask ``attempts`` times, without a pause. Runs in a process of its own."""
    for pause in ("_PAUSE", "_REFUSED_PAUSE", "_JITTER"):
        setattr(again, pause, wait_none())
    loop._GRACE_SECONDS = float("inf")
    probe: Any = schemes.create(parse(url))
    if driver:
        probe._driver = None if driver == "none" else driver
    asked = Asked(probe, attempts)
    before = asyncio.run(held())
    wait_for([asked], Wait(timeout=3600))
    return Seen(before, asked.during, asyncio.run(held()), asked.answers)


STRANGER = """
import asyncio, sys

async def greet(reader, writer):
    writer.write(b"nobody speaks this\\r\\n" * 4)
    writer.write_eof()
    await reader.read()
    writer.close()

async def main():
    server = await asyncio.start_server(greet, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""

STRANGE_PEER = Peer("stranger", "", lambda place: [sys.executable, "-c", STRANGER, place.port])


@dataclass(frozen=True)
class Case:
    """What is asked, how often, and what each answer must be."""

    peer: Peer
    answer: str
    attempts: int
    driver: str | None = None

    def __str__(self) -> str:
        words = [self.peer.name, self.driver, self.answer.replace(" ", "_")]
        return "-".join(word for word in words if word)

    def target(self) -> tuple[str, int]:
        """The URL, and the port that must have no connection afterwards."""
        if self.answer in (CLOSED, STRANGE):
            asked = free_port() if self.answer == CLOSED else shared(STRANGE_PEER).port
            return self.peer.url(asked), asked
        server = shared(self.peer)
        wrong = {"password": "wrong"} if self.answer == "credentials" else {}
        return server.url(**wrong), server.port


def of(peer: Peer, closed: int, ready: int, *drivers: str | None) -> Iterator[Case]:
    """Every state of a server, through each of the client libraries."""
    for driver in drivers or (None,):
        yield Case(peer, CLOSED, closed, driver)
        yield Case(peer, "ready", ready, driver)
        if peer.has_login and driver != "none":  # the handshake asks for no password
            yield Case(peer, "credentials", min(ready, SOME), driver)


TCP = replace(kinds.REDIS, name="tcp", template="tcp://127.0.0.1:{port}", database="")
CASES = [
    *of(TCP, ALL, MANY),
    *of(kinds.HTTP, ALL, SOME),
    *of(kinds.POSTGRESQL, ALL, SOME, "asyncpg", "none"),
    *of(kinds.POSTGRESQL, ALL, FEW, "psycopg", "psycopg2"),
    *of(kinds.MARIADB, ALL, FEW, "pymysql"),
    *of(kinds.REDIS, ALL, MANY),
    *of(kinds.RABBITMQ, ALL, SOME),
    *of(kinds.NATS, ALL, SOME),
    *of(kinds.TANSU, ALL, SOME),
    *of(kinds.KAFKA, ALL, SOME),
    *of(kinds.MONGODB, ALL, FEW),
    *of(kinds.NEO4J, ALL, SOME),
    *of(kinds.SMTP, ALL, SOME),
    *(Case(peer, STRANGE, SOME) for peer in (kinds.HTTP, kinds.POSTGRESQL, kinds.REDIS)),
    *(Case(peer, STRANGE, SOME) for peer in (kinds.RABBITMQ, kinds.NATS, kinds.TANSU)),
    *(Case(peer, STRANGE, SOME) for peer in (kinds.NEO4J, kinds.SMTP)),
    Case(kinds.MARIADB, STRANGE, SOME, "pymysql"),
    Case(kinds.MONGODB, STRANGE, 20),  # its client asks for a second each time
]
LOCAL = {
    "unix:///no/such/socket": (CLOSED, ALL),
    "file:///no/such/file": ("missing", ALL),
    "file:///dev/null": ("ready", MANY),
    f"dns://{'.'.join(['long'] * 80)}": ("dns", ALL),
    "dns://localhost": ("ready", MANY),
    "sqlite:////no/such/directory/x.db": ("unknown database", ALL),
    "sqlite:////dev/null": ("ready", MANY),
}


@pytest.fixture(autouse=True)
def few_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some libraries read every authority that the system trusts, for every connection."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wait_for_a_server_holds_nothing_that_grows(case: Case) -> None:
    url, port = case.target()
    with alone() as process:
        answers = asked(process, url, case.driver, case.attempts)
        assert answers == {case.answer} or (case.answer == STRANGE and "ready" not in answers)
        eventually(lambda: connections(port) == 0)


@pytest.mark.parametrize(("url", "expected"), LOCAL.items(), ids=lambda item: str(item)[:30])
def test_a_wait_on_this_machine_holds_nothing_that_grows(
    url: str, expected: tuple[str, int]
) -> None:
    with alone() as process:
        assert asked(process, url, None, expected[1]) == {expected[0]}


def alone() -> ProcessPoolExecutor:
    """A process for one wait, which ends when this is left."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def asked(process: ProcessPoolExecutor, url: str, driver: str | None, attempts: int) -> set[str]:
    """The answers to a wait that held nothing which grew."""
    seen = process.submit(wait, url, driver, attempts).result()
    assert seen.answers.total() == attempts
    assert_no_growth(seen)
    return set(seen.answers)


def assert_no_growth(seen: Seen) -> None:
    first, *_, last = seen.during[1:]
    assert last.descriptors <= first.descriptors + SPARE
    assert last.threads <= first.threads + POOL
    assert last.tasks <= first.tasks
    assert last.objects <= first.objects + SPARE_OBJECTS
    assert last.kib <= seen.during[LOOKS // 5].kib + SPARE_KIB
    assert seen.after.sockets == seen.before.sockets
    assert seen.after.descriptors <= seen.before.descriptors


def connections(port: int) -> int:
    """The connections of a server that is the test's own, seen from either end."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [(row[1], row[2]) for row in rows if row[3] in CONNECTED]
    return sum(f"{port:04X}" in (end[-4:] for end in pair) for pair in ends)
