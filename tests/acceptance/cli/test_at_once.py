"""What is answered at once is answered as the ordinary command does, or left to it."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bootctl import __version__
from tests.support.processes.spawned import Result, bootctl, environment
from tests.support.servers.ports import free_port

ORDINARY = {"BOOTCTL__WAIT__TIMEOUT": "30"}
JSON = {"BOOTCTL__LOG__FORMAT": "json"}


@contextmanager
def listening(port: int = 0) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", port)) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def opened() -> Iterator[str]:
    """The URL of a port that is open."""
    with listening() as url:
        yield url


def said(result: Result) -> list[dict[str, object]]:
    """What the lines say that no two runs say differently."""
    own = ("time", "run_id", "duration_ms")
    return [{k: v for k, v in line.items() if k not in own} for line in result.lines]


def test_the_version(tmp_path: Path) -> None:
    result = bootctl("--version", cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (0, f"bootctl {__version__}\n", "")


def test_a_version_that_cannot_be_written_is_a_verdict(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bootctl", "--version"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert Result(done.returncode, "", done.stderr).verdict["exit_code"] == done.returncode == 2


@pytest.mark.parametrize("settings", [{}, JSON], ids=["unset", "json"])
def test_open_ports_are_logged_as_ever(
    tmp_path: Path, opened: str, settings: dict[str, str]
) -> None:
    with listening() as other:
        now = bootctl("wait", opened, other, cwd=tmp_path, env=settings)
        ordinary = bootctl("wait", opened, other, cwd=tmp_path, env={**ORDINARY, **settings})
    assert (now.code, now.stdout) == (ordinary.code, ordinary.stdout) == (0, "")
    by_target = [sorted(said(result), key=str) for result in (now, ordinary)]
    assert by_target[0] == by_target[1]
    assert len(by_target[0]) == 2


def test_the_lines_for_a_person_are_the_same(tmp_path: Path, opened: str) -> None:
    console = {"BOOTCTL__LOG__FORMAT": "console", "NO_COLOR": "1"}
    now = bootctl("wait", opened, cwd=tmp_path, env=console)
    ordinary = bootctl("wait", opened, cwd=tmp_path, env={**ORDINARY, **console})
    assert now.stderr.split()[:-2] == ordinary.stderr.split()[:-2] != []


def test_a_port_that_opens_later_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "bootctl", "wait", f"tcp://127.0.0.1:{port}"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert '"wait.retry"' in process.stderr.readline()
        with listening(port):
            log = process.stderr.read()
    [ready] = Result(process.returncode, "", log).events("wait.ready")
    assert process.returncode == 0
    assert ready["attempt"] > 1


def _write(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: (root / name).write_text(text) and None


@pytest.mark.parametrize(
    ("prepare", "env"),
    [
        pytest.param(lambda _: None, {"BOOTCTL__WIAT__TIMEOUT": "1"}, id="unknown variable"),
        pytest.param(lambda _: None, {"bootctl__log__format": "xml"}, id="invalid variable"),
        pytest.param(_write(".env", "BOOTCTL__WIAT__TIMEOUT=1"), {}, id="unknown in .env"),
        pytest.param(
            _write("pyproject.toml", "[tool.bootctl]\nwiat = 1"), {}, id="unknown in pyproject"
        ),
        pytest.param(_write("pyproject.toml", "[tool"), {}, id="not TOML"),
        pytest.param(lambda root: (root / "pyproject.toml").mkdir(), {}, id="no file"),
    ],
)
def test_a_wrong_setting_is_an_error_though_the_port_is_open(
    tmp_path: Path, opened: str, prepare: Callable[[Path], None], env: dict[str, str]
) -> None:
    prepare(tmp_path)
    result = bootctl("wait", opened, cwd=tmp_path, env=env)
    assert (result.code, result.verdict["exit_code"]) == (3, 3)
    assert not result.events("wait.ready")


def test_a_setting_is_in_force_though_the_port_is_open(tmp_path: Path, opened: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.bootctl.log]\nfile = "boot.log"\n')
    result = bootctl("wait", opened, cwd=tmp_path)
    assert result.code == 0
    assert result.events("wait.ready")
    assert '"wait.ready"' in (tmp_path / "boot.log").read_text()


def test_a_project_without_settings_is_answered_at_once(tmp_path: Path, opened: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    assert bootctl("wait", opened, cwd=tmp_path).events("wait.ready")


def test_a_weak_secret_is_warned_of(tmp_path: Path, opened: str) -> None:
    result = bootctl("wait", opened, cwd=tmp_path, env={"SHOP_PASSWORD": "postgres"})
    assert [line["event"] for line in result.lines] == ["settings.weak_secret", "wait.ready"]


@pytest.mark.parametrize("url", ["tcp://127.0.0.1", "tcp://127.0.0.1:99999"])
def test_a_target_without_a_port_is_an_error(tmp_path: Path, opened: str, url: str) -> None:
    assert bootctl("wait", opened, url, cwd=tmp_path, env=JSON).code in (3, 11)


def test_a_target_that_is_named_twice_is_told_once(tmp_path: Path, opened: str) -> None:
    assert len(bootctl("wait", opened, opened, cwd=tmp_path).events("wait.ready")) == 1
