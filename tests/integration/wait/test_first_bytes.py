"""Without a client library a server is asked with its protocol's first bytes, and told no secret."""

import importlib.util
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bootctl.wait import schemes
from tests.support.processes import waits
from tests.support.processes.spawned import Result, environment
from tests.support.processes.waits import READY, each, of_another_protocol, outcome
from tests.support.servers.kinds import (
    MARIADB,
    PEERS,
    POSTGRESQL,
    QUICKEST,
    RABBITMQ,
    REDIS,
    SMTP,
    loading_redis,
    others_of,
)
from tests.support.servers.own_server import PASSWORD, Peer, prepared, shared
from tests.support.servers.ports import free_port


def libraries(peer: Peer) -> tuple[str, ...]:
    """The client libraries that this kind of server is asked with, where one is installed."""
    probe = schemes.kind(peer.template.partition(":")[0])
    return getattr(sys.modules[probe.__module__], "DRIVERS", ())


ASKED = [peer for peer in PEERS if libraries(peer)]
NOT_THERE = {"refused connection"}
PARAMETERS = [pytest.param(peer, id=peer.name) for peer in ASKED]


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that are logged; no client library is found meanwhile."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    return waits.recorded(monkeypatch)


class Recorder:
    """A port that keeps what it is sent, and may pass it on to another port."""

    def __init__(self, behind: int | None = None) -> None:
        self.received = b""
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Answer until the port is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(OSError):
                    self._talk(client)

    def close(self) -> None:
        """Close the port."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _talk(self, client: socket.socket) -> None:
        if self._behind is None:
            self._keep(client)
            return
        with socket.create_connection(("127.0.0.1", self._behind)) as server:
            answering = threading.Thread(target=_copy, args=(server, client))
            answering.start()
            self._keep(client, server)
            server.shutdown(socket.SHUT_RDWR)
            answering.join()

    def _keep(self, client: socket.socket, server: socket.socket | None = None) -> None:
        while said := client.recv(4096):
            self.received += said
            if server:
                server.sendall(said)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(4096):
            target.sendall(said)


@contextmanager
def recording(behind: int | None = None) -> Iterator[Recorder]:
    """A recorder that serves; closed afterwards."""
    recorder = Recorder(behind)
    thread = threading.Thread(target=recorder.serve)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.close()
        thread.join()


@each(*ASKED)
def test_the_handshake_of_a_server_is_ready_and_tells_it_no_secret(
    peer: Peer, events: list[dict[str, Any]]
) -> None:
    server = shared(peer)
    with recording(server.port) as recorder:
        assert outcome(peer.url(recorder.port), timeout=30) == READY
    assert PASSWORD.encode() not in recorder.received
    assert b"canary" not in recorder.received
    assert events[-1]["event"] == "wait.ready"
    assert events[-1]["depth"] == "handshake"


@pytest.mark.parametrize("peer", PARAMETERS)
def test_a_silent_port_is_not_ready_and_is_told_no_secret(peer: Peer) -> None:
    with recording() as recorder:
        assert outcome(peer.url(recorder.port), timeout=0.5) == ("not ready", "timeout")
    assert b"canary" not in recorder.received


@pytest.mark.parametrize("peer", PARAMETERS)
def test_a_closed_port_is_not_ready(peer: Peer) -> None:
    found = outcome(peer.url(free_port()), timeout=0.3)
    assert found == ("not ready", "refused connection")


@pytest.mark.parametrize("peer", PARAMETERS)
def test_a_port_of_another_protocol_is_not_ready(peer: Peer) -> None:
    of_another_protocol(peer, others_of(peer, among=QUICKEST))


@pytest.mark.slow
@pytest.mark.parametrize("peer", PARAMETERS)
def test_a_port_of_another_database_or_broker_is_not_ready(peer: Peer) -> None:
    of_another_protocol(peer, others_of(peer, among=(POSTGRESQL, MARIADB, RABBITMQ)))


def test_loading_redis_is_not_ready_until_it_has_loaded(events: list[dict[str, Any]]) -> None:
    # One with a password asks for it before it says that it is loading.
    with loading_redis("--requirepass", "") as server:
        assert outcome(server.url(), timeout=30) == READY
    assert {line["cause"] for line in events[:-1]} - NOT_THERE == {"loading"}


def test_an_smtp_that_is_starting_is_not_ready(events: list[dict[str, Any]]) -> None:
    with prepared(SMTP, "--starting", 0.5) as server:
        server.start()
        assert outcome(server.url(), timeout=30) == READY
    assert {line["cause"] for line in events[:-1]} - NOT_THERE == {"starting"}


@pytest.mark.slow
def test_bootctl_wait_says_that_it_looked_no_further(tmp_path: Path) -> None:
    without = (
        "import sys; sys.modules.update(redis=None); from bootctl.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, "wait", shared(REDIS).url(password="canary-wrong")],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    result = Result(done.returncode, done.stdout, done.stderr)
    assert result.code == 0
    [line] = result.events("wait.ready")
    assert line["depth"] == "handshake"
    assert "canary" not in done.stdout + done.stderr
