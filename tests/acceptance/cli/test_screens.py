"""What a person sees at a terminal: in every state, at two widths, and at terminals that can show less."""

import re
import socket
import tempfile
import termios
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes.forked import bootctl
from tests.support.processes.pictures import settled, svg
from tests.support.processes.terminals import session
from tests.support.projects.alembic import users_project
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Python
from tests.support.scenarios.screens import (
    KEPT,
    OTHERS,
    SCENES,
    WIDTHS,
    Scene,
    played,
)
from tests.support.servers.ports import free_port

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_QUICK = {"migrate-two-heads", "status-behind", "check-drift"}
SECRET = "s3cr3t-of-n0body"
ODD = "x\x1b]0;title\x07\x9b31m\u202e"


def screen(written: str) -> str:
    """What is on a terminal, without its colours."""
    return _ESCAPE.sub("", settled(written))


def by_emulator(written: str, columns: int) -> str:
    """The same, as a terminal emulator has it."""
    pyte = pytest.importorskip("pyte")
    display = pyte.Screen(columns, 200)
    pyte.Stream(display).feed(written)
    return "\n".join(line.rstrip() for line in display.display).rstrip()


def seen(root: Path, *command: str, env: Mapping[str, str] | None = None, columns: int = 80) -> str:
    """All that a command writes to a terminal."""
    with session(*command, cwd=root, columns=columns, env=env) as terminal:
        terminal.finish()
        return terminal.text


def _scenes() -> list[object]:
    return [
        pytest.param(scene, columns, id=f"{scene.name}-{columns}", marks=_marks(scene, columns))
        for scene in (*SCENES, *OTHERS)
        for columns in WIDTHS
    ]


def _marks(scene: Scene, columns: int) -> list[pytest.MarkDecorator]:
    if scene in OTHERS:
        return [pytest.mark.slow, pytest.mark.exhaustive]
    if scene.name in _QUICK and columns == 80:
        return []
    is_narrow = columns == 80 or scene.kept
    return [pytest.mark.slow] if is_narrow else [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.mark.parametrize(("scene", "columns"), _scenes())
def test_a_scene(scene: Scene, columns: int, tmp_path: Path) -> None:
    with played(scene, columns, tmp_path) as terminal:
        written, code = terminal.text, terminal.process.poll()
        if scene.until:
            terminal.interrupt()
            assert terminal.finish() == 130
            assert "ended by SIGINT" in screen(terminal.text)
    found = by_emulator(written, columns)
    flat = " ".join(found.split())
    assert [item for item in scene.sees if item not in flat] == []
    whole_word = columns - 20  # such as a URL, which is not cut
    rows = [row for row in screen(written).split("\n") if len(row) > columns]
    assert [row for row in rows if len(row.split()[-1]) < whole_word] == []
    assert f"exit {code}" in flat or not code
    picture = KEPT / f"{scene.name}-{columns}.svg"
    assert picture.exists() == (scene.kept and columns == WIDTHS[0])
    if scene.kept and columns == WIDTHS[0] and not scene.until:
        drawn = svg(written, f"bootctl {' '.join(scene.command)}", columns)
        assert picture.read_text() == drawn, "python -m tests.support.scenarios.screens"


@pytest.fixture(scope="module")
def two_heads() -> "object":
    """A project with two heads."""
    scene = next(item for item in SCENES if item.name == "migrate-two-heads")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        scene.make(Path(folder), stack)
        yield Path(folder)


def test_colours_are_sixteen_and_nobody_s_wish_is_passed_over(two_heads: Path) -> None:
    written = seen(two_heads, "migrate")
    codes = {
        code for found in re.findall(r"\x1b\[([0-9;]*)m", written) for code in found.split(";")
    }
    assert codes <= {"0", "1", "2", "4", *map(str, range(30, 38))}
    assert "\x1b[" in written
    assert not re.search(r"\x1b\[[0-9;]*m", seen(two_heads, "migrate", env={"NO_COLOR": "1"}))


def test_a_dumb_terminal_gets_lines(two_heads: Path) -> None:
    written = seen(two_heads, "migrate", env={"TERM": "dumb"})
    assert "\x1b" not in written
    assert "boot.failed" in written
    assert "two heads" in written


@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LANG": "", "LC_ALL": "POSIX"}], ids=str)
def test_a_locale_of_ascii_gets_ascii(two_heads: Path, locale: Mapping[str, str]) -> None:
    written = seen(two_heads, "migrate", env=locale)
    assert "failed: exit 16" in written
    assert written.isascii()
    assert not seen(two_heads, "migrate").isascii()


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_is_enough(two_heads: Path, columns: int) -> None:
    written = screen(seen(two_heads, "migrate", columns=columns))
    assert "16" in written
    assert "exit 1 " not in written
    assert ".py in " not in written  # a line of a traceback


def test_quiet_says_what_failed_and_nothing_else(two_heads: Path) -> None:
    written = screen(seen(two_heads, "migrate", "--quiet"))
    assert "exit 16" in written
    assert "detect.found" not in written


def test_quiet_and_verbose_are_levels_of_the_log(tmp_path: Path) -> None:
    users_project(tmp_path, "sqlite:///notes.db")
    quiet = bootctl("migrate", "-q", cwd=tmp_path)
    assert (quiet.code, quiet.stdout, quiet.stderr) == (0, "", "")
    verbose = bootctl("config", "--verbose", "--json", cwd=tmp_path)
    assert '"value": "debug"' in verbose.stdout
    assert bootctl("status", "-q", "-v", cwd=tmp_path).code == 2


def test_what_names_hold_commands_no_terminal_and_no_secret_is_drawn(tmp_path: Path) -> None:
    project = ALEMBIC.project(tmp_path, "sqlite:///notes.db")
    code = f"raise RuntimeError({ODD!r} + 'postgresql://u:{SECRET}@h/d')"
    project.migration("b2", "a1", Python(code))
    (tmp_path / "migrations/versions/b2.py").write_text(
        (tmp_path / "migrations/versions/b2.py").read_text().replace('"""b2"""', f'"""{ODD}"""')
    )
    for command in (["status"], ["migrate", "--plan"], ["migrate"]):
        written = seen(tmp_path, *command, env={"DATABASE_URL": f"postgresql://u:{SECRET}@h/d"})
        assert SECRET not in written
        assert "\x07" not in written
        assert "\x9b" not in written
        assert "\u202e" not in written
        assert "\x1b]" not in written


def test_nothing_is_left_of_what_moved(tmp_path: Path) -> None:
    port = free_port()
    with session("wait", f"tcp://127.0.0.1:{port}", cwd=tmp_path) as terminal:
        terminal.read_until("attempts")
        with socket.create_server(("127.0.0.1", port)):
            assert terminal.finish() == 0
        assert termios.tcgetattr(terminal.mine)[3] & termios.ECHO
        rows = by_emulator(terminal.text, 80).split("\n")
    assert len(rows) == 1
    assert rows[0].startswith("wait.ready")


def test_a_job_of_github_actions_gets_groups_and_nobody_else(tmp_path: Path) -> None:
    users_project(tmp_path, "sqlite:///notes.db")
    console = {"BOOTCTL__LOG__FORMAT": "console"}
    in_job = bootctl("migrate", cwd=tmp_path, env={**console, "GITHUB_ACTIONS": "true"}).stderr
    opened, closed = in_job.count("::group::"), in_job.count("::endgroup::")
    assert opened == closed > 2
    last = in_job.splitlines()[-1]
    assert "the database is at a1" in last
    assert in_job.rindex("::endgroup::") < in_job.index(last)
    assert "::group::" not in bootctl("migrate", cwd=tmp_path, env=console).stderr
    as_json = bootctl("migrate", cwd=tmp_path, env={"GITHUB_ACTIONS": "true"})
    assert as_json.lines
