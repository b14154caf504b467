"""What a person sees on a terminal: each difference once, no torn view, and usage as text."""

import os
import re
import select
import signal
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import environment
from tests.support.processes.terminals import attached
from tests.support.projects.kits import ALEMBIC
from tests.support.servers.ports import free_port

SIZE = {"COLUMNS": "200", "LINES": "40", "TERM": "xterm"}


def read_until(mine: int, wanted: bytes = b"\0") -> bytes:
    """All that is written until ``wanted`` is, or until the end."""
    written = b""
    with suppress(OSError):  # the other end is closed
        while wanted not in written and (data := os.read(mine, 4096)):
            written += data
    return written


def echoes(mine: int) -> bool:
    """Whether the terminal shows what is typed."""
    return bool(termios.tcgetattr(mine)[3] & termios.ECHO)


def until_typed(pid: int) -> None:
    """Return once a line waits for the process: the kernel takes it there in its own time."""
    theirs = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
    try:
        assert select.select([theirs], [], [], 30)[0]
    finally:
        os.close(theirs)


@pytest.mark.parametrize("command", [["check"], ["run", "--", "true"]], ids=" ".join)
def test_a_difference_is_printed_once(tmp_path: Path, sqlite: Database, command: list[str]) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    names = [f"more_{number}" for number in range(7)]
    for name in names:
        sqlite.execute(f"ALTER TABLE users ADD COLUMN {name} INTEGER")
    with attached(*command, cwd=tmp_path, env=environment(SIZE)) as (mine, process):
        text = read_until(mine).decode()
        assert process.wait() == 20
    assert {name: text.count(f"users.{name}") for name in names} == dict.fromkeys(names, 1)


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM], ids=str)
def test_what_is_typed_does_not_tear_the_view(
    tmp_path: Path, number: signal.Signals | None
) -> None:
    target = f"tcp://127.0.0.1:{free_port()}"
    limit = ["--set", f"wait.timeout={60 if number else 1}"]
    with attached("wait", target, *limit, cwd=tmp_path, env=environment(SIZE)) as (mine, process):
        assert echoes(mine)
        read_until(mine, b"attempt")
        assert not echoes(mine)
        os.write(mine, b"typed\n")
        until_typed(process.pid)
        if number:
            process.send_signal(number)
        written = read_until(mine)
        assert b"typed" not in written
        assert process.wait() == (128 + number if number else 11)
        assert echoes(mine)


def test_usage_is_text(tmp_path: Path) -> None:
    with attached("migrate", "--paln", cwd=tmp_path, env=environment(SIZE)) as (mine, process):
        text = read_until(mine).decode()
        assert process.wait() == 2
    assert re.search(r"No such option '?--paln'?.*--plan", text)
    assert "Usage: bootctl migrate [OPTIONS]" in text
    assert "{" not in text


def test_every_command_takes_the_project(tmp_path: Path) -> None:
    for shell in ("bash", "zsh", "fish"):
        result = bootctl("completion", shell, "--project", str(tmp_path), cwd=tmp_path)
        assert result.code == 0
        assert "_BOOTCTL_COMPLETE" in result.stdout
