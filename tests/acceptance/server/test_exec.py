"""``bootctl run -- CMD``: what becomes of the process, and which command it becomes."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.paths import EXAMPLES
from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import Result, bootctl, environment
from tests.support.projects.kits import AERICH, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.servers.ports import free_port

NO_ORM = {"BOOTCTL__ORM": "none"}
EXAMPLE = EXAMPLES / "alembic"
STATE = f"""\
echo $KEPT-$LEAKED-
cat /proc/self/status
exec {sys.executable} -S -c '
import os
print([n for n in range(3, 1024) if os.path.exists("/proc/self/fd/%d" % n)])
'
"""
LEFT_BEHIND = """
import os
import signal
import warnings
os.environ["KEPT"] = "changed"
os.environ["LEAKED"] = "by the project"
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
"""
APP = """
import sys

import robyn

print(sys.argv)
if robyn.serves:
    robyn.app.start()
"""


@contextmanager
def started(*arguments: str, cwd: Path, **options: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bootctl", *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **{"env": environment(NO_ORM), **options},  # type: ignore[call-overload]
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def as_robyn_saw_it(result: Result) -> list[str]:
    assert result.code == 0, result.stderr
    arguments = ast.literal_eval(result.stdout)
    assert isinstance(arguments, list)
    return [os.path.basename(arguments[0]), *arguments[1:]]


def serve_with_robyn(root: Path) -> None:
    """An app, and a ``robyn`` whose wrapper says that it ran."""
    (root / "robyn").mkdir()
    (root / "robyn/__init__.py").write_text("serves = False\n")
    (root / "robyn/__main__.py").write_text("import sys\nprint(['wrapper', *sys.argv[1:]])\n")
    (root / "app.py").write_text(APP)


def test_the_server_has_the_same_pid_and_standard_input(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo $$; cat"]
    with started("run", "--", *command, cwd=tmp_path, stdin=subprocess.PIPE) as process:
        output, _ = process.communicate("passed on", timeout=30)
        assert output == f"{process.pid}\npassed on"
    assert process.returncode == 0


def assert_untouched(output: str) -> None:
    """What ``STATE`` printed is a process as a shell would have started it."""
    variables, *status, descriptors = output.splitlines()
    masks = dict(line.split(":\t") for line in status)
    assert variables == "kept--"
    for name in ("SigPnd", "SigBlk", "SigIgn", "SigCgt"):
        assert int(masks[name], 16) == 0, (name, masks[name])
    assert descriptors == "[]"


def test_signals_start_at_their_defaults_and_no_descriptor_is_inherited(tmp_path: Path) -> None:
    def as_nohup_does() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})

    with (
        open(os.devnull) as inherited,
        started(
            *("run", "--", "sh", "-c", STATE),
            cwd=tmp_path,
            env=environment({**NO_ORM, "KEPT": "kept"}),
            preexec_fn=as_nohup_does,
            pass_fds=(inherited.fileno(),),
        ) as process,
    ):
        output, _ = process.communicate(timeout=30)
    assert_untouched(output)


@pytest.mark.parametrize("kit", [ASYNC_ALEMBIC, AERICH, TORTOISE], ids=lambda kit: kit.name)
def test_nothing_that_the_projects_code_left_behind_reaches_the_server(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    kit.project(tmp_path, sqlite).configure(top=LEFT_BEHIND)
    result = bootctl("run", "--", "sh", "-c", STATE, cwd=tmp_path, env={"KEPT": "kept"})
    assert result.code == 0, result.stderr
    assert_untouched(result.stdout)


def test_only_the_credentials_for_migrating_leave_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sqlite:///other.db")
    migration_only = {
        "BOOTCTL__DATABASE__MIGRATION_URL": "sqlite:///a.db",
        "bootctl__database__migration_url": "sqlite:///a.db",
        "BOOTCTL__DATABASE__MIGRATION_URL_FILE": str(secret),
        "Bootctl__Database__Migration_Url_File": str(secret),
    }
    kept = {"BOOTCTL__DATABASE__URL": f"sqlite:///{tmp_path}/a.db", "EMPTY": "", "OTHER": "a=b"}
    result = bootctl(
        "run", "--", "env", "-0", cwd=tmp_path, env={**NO_ORM, **migration_only, **kept}
    )
    assert result.code == 0, result.stderr
    seen = dict(item.split("=", 1) for item in result.stdout.rstrip("\0").split("\0"))
    assert not [name for name in seen if "MIGRATION" in name.upper()]
    expected = environment({**NO_ORM, **kept})
    assert {name: seen.get(name) for name in expected} == expected
    assert seen.keys() - expected.keys() <= {"LC_CTYPE"}


@pytest.mark.parametrize("status", [0, 3, 255])
def test_the_exit_status_of_the_server_is_the_containers(tmp_path: Path, status: int) -> None:
    result = bootctl("run", "--", "sh", "-c", f"exit {status}", cwd=tmp_path, env=NO_ORM)
    assert result.code == status


def test_a_server_that_a_signal_kills_is_seen_as_killed_by_it(tmp_path: Path) -> None:
    result = bootctl("run", "--", "sh", "-c", "kill -TERM $$", cwd=tmp_path, env=NO_ORM)
    assert result.code == -signal.SIGTERM


def test_the_exec_event_is_the_last_line_before_the_servers_own(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    kit.project(tmp_path, sqlite)
    result = bootctl("run", "--", "sh", "-c", "echo first words >&2", cwd=tmp_path)
    *boot, servers = result.stderr.splitlines()
    assert servers == "first words"
    last = Result(0, "", "\n".join(boot)).lines[-1]
    assert last["event"] == last["stage"] == "exec"
    assert last["command"] == "sh -c 'echo first words >&2'"
    assert sqlite.tables() == {"users", kit.ledger}


@pytest.mark.parametrize("kind", ["not executable", "a directory", "no program"])
def test_a_command_that_cannot_run_is_126(tmp_path: Path, kind: str) -> None:
    server = tmp_path / "server"
    if kind == "a directory":
        server.mkdir()
    else:
        server.write_bytes(b"\x00\x01garbage")
        server.chmod(0o755 if kind == "no program" else 0o644)
    verdict = bootctl("run", "--", "./server", cwd=tmp_path, env=NO_ORM).verdict
    assert verdict["exit_code"] == 126
    assert verdict["stage"] == "exec"
    assert "./server" in verdict["message"]
    assert kind in verdict["message"]


def test_a_missing_interpreter_is_127(tmp_path: Path) -> None:
    (tmp_path / "server").write_text("#!/no/such/interpreter\n")
    (tmp_path / "server").chmod(0o755)
    verdict = bootctl("run", "--", "./server", cwd=tmp_path, env=NO_ORM).verdict
    assert verdict["exit_code"] == 127
    assert "interpreter" in verdict["message"]


@pytest.mark.parametrize("command", ["no-such-server", "./no-such-server", ""])
def test_a_missing_command_is_127_before_anything_is_migrated(
    tmp_path: Path, sqlite: Database, kit: Kit, command: str
) -> None:
    kit.project(tmp_path, sqlite)
    verdict = bootctl("run", "--", command, cwd=tmp_path).verdict
    assert verdict["exit_code"] == 127
    assert verdict["stage"] == "exec"
    assert sqlite.dump() == "no file"


def test_no_server_found_is_127_before_anything_is_migrated(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    kit.project(tmp_path, sqlite)
    verdict = bootctl("run", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 127
    assert sqlite.dump() == "no file"
    assert "BOOTCTL__SERVER__COMMAND" in verdict["hint"]


def test_the_example_is_found_migrated_and_serves(tmp_path: Path) -> None:
    project, port = tmp_path / "example", free_port()
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("*.db", "__pycache__"))
    env = environment({"ROBYN_PORT": str(port), "ROBYN_HOST": "127.0.0.1"})
    with started("run", cwd=project, env=env) as process:
        try:
            assert answer(process, f"http://127.0.0.1:{port}/health") == "ok"
            command = Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")
        finally:
            process.kill()  # Robyn's single process ignores SIGTERM
    assert command[1:3] == ["-m", "notes.server"]


def answer(process: subprocess.Popen[str], url: str) -> str:
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, process.communicate()
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)


@pytest.mark.parametrize("wrapper", [("python", "-m", "robyn"), ("robyn",)], ids=" ".join)
def test_robyns_wrapper_is_taken_out(tmp_path: Path, wrapper: tuple[str, ...]) -> None:
    serve_with_robyn(tmp_path)
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    result = bootctl(
        "run", "--", *wrapper, "app.py", "--fast", cwd=tmp_path, env={**NO_ORM, "PATH": path}
    )
    assert as_robyn_saw_it(result) == ["app.py", "--fast"]
    (event,) = result.events("exec.rewritten")
    assert event["command"].endswith("app.py --fast")
    assert " -m robyn" not in event["command"]


def test_robyns_wrapper_stays_for_development(tmp_path: Path) -> None:
    serve_with_robyn(tmp_path)
    command = (sys.executable, "-m", "robyn", "app.py", "--dev")
    result = bootctl("run", "--", *command, cwd=tmp_path, env=NO_ORM)
    assert as_robyn_saw_it(result) == ["wrapper", "app.py", "--dev"]
    assert not result.events("exec.rewritten")


@pytest.mark.parametrize(
    ("env", "arguments"),
    [
        ({"BOOTCTL__SERVER__COMMAND": f"{sys.executable} app.py 'two words'"}, ["two words"]),
        ({"BOOTCTL__SERVER__APP": "app.py"}, []),
        ({"BOOTCTL__SERVER__APP": "app:app"}, []),
        ({"APP_CMD": f"{sys.executable} -m robyn app.py --log-level=WARN"}, ["--log-level=WARN"]),
        ({"ROBYN_APP_PATH": "app.py"}, []),
        ({"ROBYN_APP_MODULE": "app"}, []),
        (
            {"BOOTCTL__SERVER__PROCESSES": "2", "BOOTCTL__SERVER__WORKERS": "3"},
            ["--processes", "2", "--workers", "3"],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_the_server_can_be_named(tmp_path: Path, env: dict[str, str], arguments: list[str]) -> None:
    serve_with_robyn(tmp_path)
    (tmp_path / "main.py").write_text("import robyn\nprint(['the wrong app'])\nrobyn.app.start()\n")
    result = bootctl("run", cwd=tmp_path, env={**NO_ORM, **env})
    assert as_robyn_saw_it(result) == ["app.py", *arguments]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_wait_at_once(tmp_path: Path, number: signal.Signals) -> None:
    target = f"tcp://127.0.0.1:{free_port()}"
    with started("wait", target, cwd=tmp_path, stdin=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert '"wait.retry"' in first
        with promptly():
            process.send_signal(number)
            _, rest = process.communicate(timeout=10)
    verdict = Result(process.returncode, "", first + rest).verdict
    assert verdict["exit_code"] == 128 + number
    assert verdict["stage"] == "wait"
    assert verdict["signal"] == number.name
