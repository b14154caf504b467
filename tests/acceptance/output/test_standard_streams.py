"""Standard streams that are closed, full, unread, or taken away by a migration."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result, environment
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change, Python

NO_ORM = {"BOOTCTL__ORM": "none"}
IN_QUICK_SUITE = {"closed": [(0, 1, 2)], "taken": ["none", "wrapped"]}
COMBINATIONS = [c for n in (1, 2, 3) for c in itertools.combinations((0, 1, 2), n)]
REDIRECTIONS = {0: "<", 1: ">", 2: "2>"}
"""What a shell writes before the place that the descriptor leads to."""


def led(root: Path, redirections: str, *arguments: str) -> Result:
    """How ``bootctl ARGUMENTS`` ends with its descriptors led elsewhere."""
    command = f'exec "$@" {redirections}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "bootctl", *arguments],
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


SERVER = 'for n in 0 1 2; do test -e /proc/self/fd/$n || exit 7; done; echo served > "$SERVED"'


@pytest.mark.parametrize("closed", COMBINATIONS, ids=str)
def test_a_boot_does_without_streams_that_are_closed(
    tmp_path: Path, sqlite: Database, closed: tuple[int, ...]
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    redirections = " ".join(f"{REDIRECTIONS[number]}&-" for number in closed)
    server = SERVER.replace("$SERVED", f"{tmp_path}/served")
    result = led(tmp_path, redirections, "run", "--", "sh", "-c", server)
    assert result.code == 0, result.stderr
    assert "users" in sqlite.tables()
    assert (tmp_path / "served").read_text() == "served\n"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)], ids=str)
def test_a_verdict_is_a_code_where_streams_are_closed(
    tmp_path: Path, sqlite: Database, closed: tuple[int, ...]
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    redirections = " ".join(f"{REDIRECTIONS[number]}&-" for number in closed)
    result = led(tmp_path, redirections, "check")
    assert result.code == 20
    assert 2 in closed or result.verdict


@pytest.mark.parametrize(
    "arguments", [("config", "--json"), ("--help",), ("completion", "bash")], ids=" ".join
)
def test_a_result_that_cannot_be_written_is_no_success(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = led(tmp_path, ">/dev/full", *arguments)
    assert result.verdict["exit_code"] == 2
    assert "stdout: No space left on device" in result.verdict["message"]


def test_drift_is_the_verdict_where_its_report_cannot_be_written(
    tmp_path: Path, sqlite: Database
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    assert led(tmp_path, ">/dev/full", "check").verdict["exit_code"] == 20
    assert led(tmp_path, "2>/dev/full", "migrate").code == 0
    assert led(tmp_path, ">/dev/full", "check").verdict["exit_code"] == 2


def test_all_files_are_written_where_what_is_said_of_them_cannot_be(
    tmp_path: Path, sqlite: Database
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    assert led(tmp_path, ">/dev/full", "init", "docker", "make").verdict["exit_code"] == 2
    again = led(tmp_path, "", "init", "docker", "make")
    assert (again.code, again.stdout.splitlines()[0]) == (0, "nothing changes")


def test_the_other_places_of_the_verdict_have_it_where_stderr_is_full(tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.touch()
    settings = (f"log.file={tmp_path}/log", f"log.termination_message={message}")
    arguments = [word for setting in settings for word in ("--set", setting)]
    assert led(tmp_path, "2>/dev/full", "migrate", *arguments).code == 10
    for path in (message, tmp_path / "log"):
        assert '"exit_code": 10' in path.read_text()


TAKEN = {
    "none": "sys.stdin = sys.stdout = sys.stderr = None",
    "closed": "sys.stdin.close(); sys.stdout.close(); sys.stderr.close()",
    "detached": "sys.stdout.detach(); sys.stderr.detach()",
    "wrapped": "sys.stdout = io.TextIOWrapper(sys.stdout.buffer)",
    "replaced": "sys.stdout = sys.stderr = io.StringIO()",
    "descriptors": "os.closerange(0, 3)",
}


@pytest.mark.parametrize("taken", TAKEN)
def test_a_migration_does_not_take_the_streams_away(
    tmp_path: Path, sqlite: Database, kit: Kit, taken: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Change.ADD_NAME, Python(f"import io, os, sys\n{TAKEN[taken]}"))
    project.models("name")
    result = bootctl("run", "--", "sh", "-c", "cat; echo served; echo too >&2", cwd=tmp_path)
    assert (result.code, result.stdout) == (0, "served\n"), result.stderr
    *boot, last = result.stderr.splitlines()
    assert last == "too"
    assert Result(0, "", "\n".join(boot)).lines[-1]["event"] == "exec"


@contextmanager
def unread(root: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """``bootctl ARGUMENTS`` with a stderr that is full, and that nobody reads."""
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    with suppress(BlockingIOError):
        while True:
            os.write(sink, bytes(4096))
    os.set_blocking(sink, True)
    command = [sys.executable, "-m", "bootctl", *arguments]
    process = subprocess.Popen(command, cwd=root, env=environment(NO_ORM), stderr=sink, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        os.close(source)
        os.close(sink)


def rests(pid: int) -> bool:
    """Whether a process sleeps for a second, and does nothing meanwhile."""
    seen = set()
    for _ in range(10):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seen.add((fields[0], *fields[11:13]))  # its state and its time, man 5 proc
        time.sleep(0.1)
    return len(seen) == 1 and seen.pop()[0] == "S"


def test_sigterm_ends_a_boot_whose_log_nobody_reads(tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.touch()
    target = "tcp://127.0.0.1:1"
    setting = f"log.termination_message={message}"
    with unread(tmp_path, "wait", target, "--set", setting) as process:
        eventually(lambda: rests(process.pid))  # by now it has something to say
        process.terminate()
        assert process.wait(5) == 143
    assert '"exit_code": 143' in message.read_text()
