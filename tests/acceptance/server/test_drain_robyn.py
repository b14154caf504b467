"""``server.mode=drain`` stops a Robyn server: what was asked is answered, handlers run, exit 0."""

import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bootctl.server.drain.robyn import workers
from tests.support.processes import seccomp
from tests.support.processes.drained import MOST_PRIVATE_KB, attended, private_kb
from tests.support.processes.prompt import PROMPT_SECONDS, promptly
from tests.support.processes.spawned import Result
from tests.support.projects.robyn_app import BIG
from tests.support.servers.ports import free_port

PROCESSES = pytest.mark.parametrize("processes", [1, 3])
WHERE_SOCKETS_ARE_TAKEN = pytest.mark.parametrize(
    "refused", [(), seccomp.AS_DOCKER], ids=["copied", "sent"]
)
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Service:
    """The app, served by Robyn beside its init."""

    init: "subprocess.Popen[str]"
    port: int
    log: Path
    """A line for each request that has reached its handler."""

    def connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, path: str) -> str:
        connection = self.connection()
        connection.request("GET", path)
        return connection.getresponse().read().decode()

    def stop(self) -> Result:
        """How it ends; at once it is only told to."""
        self.init.terminate()
        output, errors = self.init.communicate(timeout=20)
        return Result(self.init.returncode, output, errors)


@contextmanager
def serving(
    processes: int = 1,
    stop_timeout: float = 30,
    env: Mapping[str, str] | None = None,
    refused: Sequence[str] = (),
) -> Iterator[Service]:
    port, log = free_port(), Path(tempfile.mkstemp(prefix="bootctl-")[1])
    command = (
        sys.executable,
        "-m",
        "tests.support.projects.robyn_app",
        "--processes",
        str(processes),
    )
    variables = {"ROBYN_PORT": str(port), "ACCEPTED": str(log), **(env or {})}
    arguments = (*command, "--log-level", "WARN")
    under = seccomp.under(refused)
    with attended(*arguments, stop_timeout=stop_timeout, env=variables, under=under) as init:
        service = Service(init, port, log)
        until(lambda: answers(service) and len(workers(init.pid)) == processes)
        yield service
    log.unlink()


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(service: Service) -> bool:
    try:
        return service.get("/fast") == "fast"
    except ConnectionError:
        return False


@contextmanager
def asked(service: Service, *questions: Callable[[Service], str]) -> Iterator[list[Future[str]]]:
    """Each of the questions has reached its handler, and is not answered yet."""
    names = {question.__name__ for question in questions}
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(question, service) for question in questions]
        until(lambda: names <= set(service.log.read_text().split()))
        yield futures


def assert_drained(result: Result, processes: int) -> None:
    """It has ended properly, and says so in the log."""
    assert result.code == 0, result.stderr
    begun, done = result.lines
    assert (begun["event"], begun["workers"]) == ("drain.begun", processes)
    assert done["event"] == "drain.done"
    assert result.stdout == "goodbye\n" * processes


def slow(service: Service) -> str:
    return service.get("/slow?id=slow")


def very_slow(service: Service) -> str:
    try:
        return service.get("/slow?id=very_slow&seconds=30")
    except ConnectionError:
        return "cut off"


def streamed(service: Service) -> str:
    return service.get("/stream?id=streamed")[-9:]


def downloaded(service: Service) -> str:
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(b"GET /big?id=downloaded HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := client.recv(300_000):
            answer += part
            time.sleep(0.12)
        return str(len(answer.partition(b"\r\n\r\n")[2]))


def uploaded(service: Service) -> str:
    """A keep-alive connection whose second request comes slowly."""
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(b"GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(1000)
        time.sleep(0.05)
        client.sendall(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
        service.get("/fast?id=uploaded")
        for _ in range(8):
            time.sleep(0.15)
            client.sendall(b"x")
        return client.recv(1000).decode().rpartition("\r\n")[2]


def from_upstream(service: Service) -> str:
    return service.get("/upstream?id=from_upstream")


@PROCESSES
@WHERE_SOCKETS_ARE_TAKEN
def test_requests_in_flight_are_answered_whatever_they_are(
    processes: int, refused: Sequence[str]
) -> None:
    questions = (slow, streamed, downloaded, uploaded)
    with serving(processes, refused=refused) as service, asked(service, *questions) as answered:
        result = service.stop()
    expected = ["slow", "data: 9\n\n", str(BIG), "8"]
    assert [future.result() for future in answered] == expected
    assert_drained(result, processes)


@PROCESSES
@WHERE_SOCKETS_ARE_TAKEN
def test_it_stops_within_a_second_when_nothing_is_asked(
    processes: int, refused: Sequence[str]
) -> None:
    with serving(processes, refused=refused) as service:
        kept_alive = [service.connection() for _ in range(5)]
        for connection in kept_alive:
            connection.request("GET", "/fast")
            connection.getresponse().read()
        with promptly():
            result = service.stop()
    assert_drained(result, processes)


@WHERE_SOCKETS_ARE_TAKEN
def test_idle_connections_are_closed_and_nobody_new_is_let_in(refused: Sequence[str]) -> None:
    with serving(refused=refused) as service, asked(service, slow) as (answered,):
        idle = service.connection()
        idle.request("GET", "/fast")
        idle.getresponse().read()
        service.init.terminate()
        time.sleep(0.3)
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", service.port), timeout=0.1)
        assert idle.sock.recv(1) == b""
        assert private_kb(service.init.pid) <= MOST_PRIVATE_KB
        assert not answered.done()
        assert service.init.wait(10) == 0
    assert answered.result() == "slow"


def test_what_the_server_is_connected_to_stays_connected() -> None:
    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.recv(100)
        connection.sendall(b"answer")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server,)).start()
        upstream = {"UPSTREAM": str(server.getsockname()[1])}
        with serving(env=upstream) as service:
            with asked(service, from_upstream) as (answered,):
                result = service.stop()
            assert answered.result() == "answer"
            assert_drained(result, 1)


@pytest.mark.parametrize("pause", [0, 0.015])
def test_a_client_that_asks_again_and_again_does_not_keep_it_from_stopping(pause: float) -> None:
    def ask_until_it_closes() -> None:
        client = service.connection()
        with suppress(ConnectionError):
            while True:
                client.request("GET", "/fast")
                assert client.getresponse().read() == b"fast"
                time.sleep(pause)

    with serving(stop_timeout=10) as service, ThreadPoolExecutor() as pool:
        clients = [pool.submit(ask_until_it_closes) for _ in range(5)]
        time.sleep(0.3)
        result = service.stop()
    assert [client.result() for client in clients] == [None] * 5
    assert_drained(result, 1)


@PROCESSES
@pytest.mark.parametrize("reason", ["server.stop_timeout", "a second signal"])
def test_requests_are_cut_off(processes: int, reason: str) -> None:
    timeout = 0.5 if reason == "server.stop_timeout" else 30
    with serving(processes, timeout) as service, asked(service, very_slow) as (answered,):
        if reason == "a second signal":
            service.init.terminate()
            time.sleep(0.3)
        result = service.stop()
        assert answered.result() == "cut off"
    assert result.code == 0
    (cut,) = result.events("drain.cut")
    assert cut["level"] == "warning"
    assert result.lines[-1]["event"] == "drain.done"
    assert result.stdout == "goodbye\n" * processes


@pytest.mark.slow
@PROCESSES
def test_shutdown_handlers_that_hang_are_killed(processes: int) -> None:
    with serving(processes, env={"HANGING": "1"}) as service:
        result = service.stop()
    assert result.code == 0
    assert [line["event"] for line in result.lines] == ["drain.begun", "drain.cut", "drain.done"]
    assert 5000 <= result.lines[-1]["duration_ms"] < 1000 * PROMPT_SECONDS
