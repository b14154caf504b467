"""``server.startup_health``: probes are answered until the server starts, which then has the port."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.probing import answer, liveness
from tests.support.processes.spawned import bootctl, environment
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change, Sql
from tests.support.servers.ports import free_port

SERVER = """
import http.server, sys, threading, time
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the server")
        threading.Thread(target=self.server.shutdown).start()
class Strict(http.server.HTTPServer):
    allow_reuse_address = False
print("binding", flush=True)
Strict(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
FORKED = """
import os, socket, time
socket.setdefaulttimeout(0.001)
if os.fork() == 0:
    time.sleep(20)
    os._exit(0)
"""


@contextmanager
def running(port: int, cwd: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    env = {"BOOTCTL__SERVER__STARTUP_HEALTH": f"127.0.0.1:{port}", **variables}
    # No pipe: what the project's code has forked would keep it open.
    with (
        (cwd / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bootctl", "run", "--", sys.executable, "-c", SERVER, str(port)],
            cwd=cwd,
            env=environment({key: value for key, value in env.items() if value}),
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def body(port: int, path: str) -> str:
    """What is answered there now; empty where nobody is."""
    try:
        return answer(port, path)[1]
    except OSError:
        return ""


def is_answered(port: int) -> bool:
    return body(port, "/livez") != ""


def ends_well(process: subprocess.Popen[str], cwd: Path) -> list[dict[str, object]]:
    code = process.wait(30)
    log = (cwd / "log").read_text()
    assert code == 0, log
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def misbehaving(stack: ExitStack, port: int) -> None:
    """Clients that say nothing, half of a request, or too much, more of them than are waited for."""
    for number in range(60):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        client.sendall([b"", b"GET /livez", b"x" * 10_000][number % 3])


@pytest.mark.parametrize("mode", ["exec", pytest.param("drain", marks=pytest.mark.slow)])
def test_probes_are_answered_until_the_server_has_the_port(tmp_path: Path, mode: str) -> None:
    port, other = free_port(), free_port()
    awaited = {"BOOTCTL__ORM": "none", "BOOTCTL__WAIT__TARGETS": f"tcp://127.0.0.1:{other}"}
    with (
        running(port, tmp_path, BOOTCTL__SERVER__MODE=mode, **awaited) as process,
        ExitStack() as stack,
    ):
        eventually(lambda: is_answered(port))
        misbehaving(stack, port)
        status, told = answer(port, "/livez?verbose")
        assert status == 200
        eventually(lambda: json.loads(answer(port, "/readyz")[1])["stage"] == "wait")
        assert answer(port, "/readyz")[0] == answer(port, "/health")[0] == 503
        assert json.loads(told).keys() == {"status", "stage", "duration_ms", "run_id"}
        half = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.sendall(b"GET /livez HTTP/1.1\r\n")
        stack.enter_context(socket.create_server(("127.0.0.1", other)))
        eventually(lambda: body(port, "/livez") == "the server")
        log = ends_well(process, tmp_path)
    assert [line["address"] for line in log if line["event"] == "boot.answering"] == [
        f"127.0.0.1:{port}"
    ]


@pytest.mark.slow
def test_a_path_of_the_service_is_answered_as_livez(tmp_path: Path) -> None:
    port = free_port()
    unready = f"tcp://127.0.0.1:{free_port()}"
    env = {"BOOTCTL__ORM": "none", "BOOTCTL__WAIT__TARGETS": unready}
    own = f"127.0.0.1:{port}/health"
    with running(port, tmp_path, BOOTCTL__SERVER__STARTUP_HEALTH=own, **env) as process:
        eventually(lambda: is_answered(port))
        assert answer(port, "/health")[0] == answer(port, "/livez")[0] == 200
        assert answer(port, "/")[0] == 503
        process.kill()


@pytest.mark.parametrize(
    "command",
    [("run", "--", "true"), pytest.param(("migrate",), marks=pytest.mark.slow)],
    ids=lambda c: c[0],
)
def test_a_port_that_another_has_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        env = {"BOOTCTL__ORM": "none", "BOOTCTL__SERVER__STARTUP_HEALTH": address}
        verdict = bootctl(*command, cwd=tmp_path, env=env).verdict
    assert verdict["exit_code"] == 3
    assert f"server.startup_health names {address}" in verdict["message"]
    assert "in use" in verdict["message"]


def sleeping(kit: Kit, root: Path, database: Database, seconds: float) -> None:
    """A project whose migration takes so long, in the database."""
    project = kit.project(root, database)
    project.migration("a1", None, Change.CREATE_USERS, Sql(f"SELECT pg_sleep({seconds})", ""))


SHORT = (0.3, 1.0, 2.0)
AS_IN_A_POD = (10.0, 0.0, 75.0)
"""The probe's period and its delay, and for how long the migration takes."""


@pytest.mark.parametrize(
    "times",
    [SHORT, pytest.param(AS_IN_A_POD, marks=[pytest.mark.slow, pytest.mark.exhaustive])],
    ids=["short", "pod"],
)
def test_a_liveness_probe_does_not_end_a_long_migration(
    tmp_path: Path, postgresql: Database, times: tuple[float, float, float]
) -> None:
    period, _, seconds = times
    sleeping(ALEMBIC, tmp_path, postgresql, seconds)
    port = free_port()
    with running(port, tmp_path) as process:
        eventually(lambda: is_answered(port))  # as initialDelaySeconds, on a machine that is busy
        with liveness(process, port, period, 0) as seen:
            eventually(lambda: '"migrate"' in body(port, "/readyz"))
            process.wait(seconds + 30)
        log = ends_well(process, tmp_path)
    assert not seen.has_killed
    assert any('"migrate"' in told for told in seen.bodies)
    assert [line for line in log if line["event"] == "migrate.applied"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "times",
    [SHORT, pytest.param(AS_IN_A_POD, marks=pytest.mark.exhaustive)],
    ids=["short", "pod"],
)
def test_without_the_setting_the_probe_ends_it(
    tmp_path: Path, postgresql: Database, times: tuple[float, float, float]
) -> None:
    period, delay, seconds = times
    sleeping(ALEMBIC, tmp_path, postgresql, seconds)
    port = free_port()
    unset = {"BOOTCTL__SERVER__STARTUP_HEALTH": ""}
    with (
        running(port, tmp_path, **unset) as process,
        liveness(process, port, period, delay) as seen,
    ):
        process.wait(seconds + 30)
    assert seen.has_killed
    assert postgresql.tables() <= {"bootctl_ledger"}


@pytest.mark.slow
def test_the_port_is_free_although_the_projects_code_has_forked(
    tmp_path: Path, sqlite: Database
) -> None:
    ALEMBIC.project(tmp_path, sqlite).configure(top=FORKED)
    port = free_port()
    with running(port, tmp_path) as process:
        eventually(lambda: body(port, "/livez") == "the server")
        ends_well(process, tmp_path)
