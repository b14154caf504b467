"""``bootctl wait`` as a process: its verdict, its lines, and what a person sees of it."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import environment
from tests.support.servers import standard
from tests.support.servers.ports import free_port
from tests.support.servers.standard import Server

SHORT = ("--set", "wait.timeout=1")


@pytest.fixture(scope="module")
def strict() -> Server:
    """A PostgreSQL that asks for a password."""
    return standard.start_postgresql(auth="scram-sha-256", password="right")


def closed() -> str:
    return f"tcp://127.0.0.1:{free_port()}"


def test_the_verdict_has_the_state_of_all_ten_targets(
    tmp_path: Path, postgresql: Database, mariadb: Database
) -> None:
    down = closed()
    up = [
        f"tcp://127.0.0.1:{postgresql.port}",
        *(f"tcp://127.0.0.1:{mariadb.port}", "dns://localhost", f"file://{tmp_path}"),
        *(postgresql.sync_url, mariadb.sync_url, f"sqlite:///{tmp_path}/x.db"),
        *(f"tcp://localhost:{postgresql.port}", f"dns://{'127.0.0.1'}"),
    ]
    with promptly():
        verdict = bootctl("wait", *up[:5], down, *up[5:], *SHORT, cwd=tmp_path).verdict
    assert verdict["exit_code"] == 11
    assert down in verdict["message"]
    assert "refused connection" in verdict["message"]
    states = {item["target"]: item for item in verdict["targets"]}
    assert len(states) == 10
    failed = states.pop(down)
    assert (failed["state"], failed["cause"]) == ("not ready", "refused connection")
    assert failed["attempt"] > 5
    assert failed["duration_ms"] >= 1000
    assert {item["state"] for item in states.values()} == {"ready"}
    assert all(item["duration_ms"] < failed["duration_ms"] for item in states.values())


def test_a_wrong_password_ends_the_wait_of_all_within_seconds(
    tmp_path: Path, strict: Server
) -> None:
    wrong = f"postgresql://bootctl:wrong@{strict.host}:{strict.port}/postgres"
    with promptly():
        verdict = bootctl("wait", wrong, closed(), f"file://{tmp_path}", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 12
    states = [(item["state"], item.get("cause")) for item in verdict["targets"]]
    assert states == [
        ("refused", "credentials"),
        ("not ready", "refused connection"),
        ("ready", None),
    ]


def test_a_log_has_the_first_failure_and_no_line_for_each_attempt(tmp_path: Path) -> None:
    result = bootctl("wait", closed(), closed(), *SHORT, cwd=tmp_path)
    retries = result.events("wait.retry")
    assert [line["attempt"] for line in retries] == [1, 1]
    assert all(item["attempt"] > 5 for item in result.verdict["targets"])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:80", ("the argument", "scheme")),
        ("gopher://h", ("gopher", "tcp://HOST:PORT")),
        ("kafka://a:1,b:port", ("the argument", "port")),
        ("http://h/#status=abc", ("status=200",)),
        ("file://relative/path", ("three slashes",)),
        ("dns://", ("dns://HOST",)),
    ],
)
def test_3_for_a_target_that_cannot_be_waited_for(
    tmp_path: Path, url: str, words: tuple[str, ...]
) -> None:
    verdict = bootctl("wait", url, cwd=tmp_path).verdict
    assert verdict["exit_code"] == 3
    for word in words:
        assert word in verdict["message"] + verdict["hint"]


def test_a_service_without_a_database_waits_for_what_its_settings_name(tmp_path: Path) -> None:
    env = {"SETTINGS__CACHE__HOST": "127.0.0.1", "SETTINGS__CACHE__PORT": str(free_port())}
    verdict = bootctl("wait", *SHORT, cwd=tmp_path, env=env).verdict
    assert verdict["exit_code"] == 11
    assert f"redis://127.0.0.1:{env['SETTINGS__CACHE__PORT']}/0" in verdict["message"]


def test_a_port_in_the_service_s_settings_that_is_none_is_3(tmp_path: Path) -> None:
    env = {"SETTINGS__CACHE__HOST": "c", "SETTINGS__CACHE__PORT": "http"}
    verdict = bootctl("wait", cwd=tmp_path, env=env).verdict
    assert (verdict["exit_code"], verdict["stage"]) == (3, "wait")
    assert "SETTINGS__CACHE__PORT" in verdict["message"]


def test_the_list_says_what_names_each_target_and_asks_none(tmp_path: Path) -> None:
    env = {
        "SETTINGS__DATABASE__DRIVER": "postgresql+asyncpg",
        "SETTINGS__DATABASE__PASSWORD": "canary",
        "SETTINGS__CACHE__USE_FAKE": "true",
        "SETTINGS__WORKER__RESULT_BACKEND": "rpc://",
        "BOOTCTL__WAIT__TARGETS": "tcp://queue:1",
    }
    result = bootctl("wait", "--list", cwd=tmp_path, env=env)
    assert result.code == 0
    assert result.stdout.splitlines() == [
        "postgresql+asyncpg://:***@database/database\tSETTINGS__DATABASE__HOST (default)",
        "tcp://queue:1\twait.targets",
        "not waited for: cache\tSETTINGS__CACHE__USE_FAKE is true",
        "not waited for: SETTINGS__WORKER__RESULT_BACKEND\t"
        "nothing is known about how to wait for rpc://",
    ]


def on_a_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """The exit code of bootctl, and all that it writes to a terminal of 80 columns."""
    mine, theirs = pty.openpty()
    size = environment({"COLUMNS": "80", "LINES": "24", "TERM": "xterm"})
    command = [sys.executable, "-m", "bootctl", *arguments]
    with subprocess.Popen(command, cwd=cwd, env=size, stderr=theirs) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # the other end is closed
            while data := os.read(mine, 4096):
                written += data
    os.close(mine)
    return process.returncode, written.decode()


def test_a_person_sees_the_state_of_every_target(tmp_path: Path) -> None:
    # Long enough that a busy machine has drawn it more than once.
    code, text = on_a_terminal("wait", "file:///tmp", closed(), "--timeout=4", cwd=tmp_path)
    assert code == 11
    *drawn, after = re.sub(r"\x1b\[[\d;]*m", "", text).split("\x1b[J")
    ready = [bool(re.search(r"✓ +file:///tmp +ready", each)) for each in drawn]
    assert ready == sorted(ready)  # once it is, it stays
    assert ready[-1]
    attempts = re.findall(r"tcp://\S+ +not ready +(\d+) ", "".join(drawn))
    assert len(set(attempts)) > 2  # drawn again and again, in place
    assert "wait.retry" not in text
    assert "failed: exit 11" in after
    assert "not ready  " not in after
