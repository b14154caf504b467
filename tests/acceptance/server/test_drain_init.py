"""The init of ``server.mode=drain`` beside any server: it forwards, reaps, and passes the status on."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bootctl.config.settings import Server, Settings
from bootctl.server import launch
from bootctl.server.command import Command
from tests.support.processes.drained import AS_PID_1, MOST_PRIVATE_KB, attended, private_kb
from tests.support.processes.spawned import bootctl

DRAIN = {"BOOTCTL__ORM": "none", "BOOTCTL__SERVER__MODE": "drain"}
NEVER_FORWARDED = {
    *(signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGTTIN, signal.SIGTTOU),
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS),
}
FORWARDED = sorted(signal.valid_signals() - NEVER_FORWARDED)
NOT_FATAL = {signal.SIGCONT, signal.SIGTSTP, signal.SIGURG, signal.SIGWINCH}
# Python ignores them when it starts, which forgets those that are pending.
FORGOTTEN = {signal.SIGPIPE, signal.SIGXFSZ}
TAKES_SIGNALS = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
print("up", flush=True)
while True:
    print(int(signal.sigwait(signal.valid_signals())), flush=True)
"""
ORPHANS = """
import os, time
held, let_go = os.pipe()
for _ in range(1000):
    if os.fork() == 0:
        if os.fork() == 0:
            os.close(let_go)
            os.read(held, 1)
        os._exit(0)
    os.wait()
def orphans():
    return open("/proc/1/task/1/children").read().split()[1:]
print(len(orphans()), flush=True)
os.close(let_go)
while orphans():
    time.sleep(0.01)
print(orphans(), flush=True)
"""


def started(*argv: str, pending: int = 0) -> int:
    """The number of a process that becomes the init of the server ``argv``."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if pending:
                signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                os.kill(os.getpid(), pending)
            settings = Settings(server=Server(mode="drain"))
            launch.become(Command(argv, "a test"), os.environ, Path("/"), settings)
        finally:
            os._exit(99)
    return pid


def status(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_every_exit_status_is_passed_on() -> None:
    for first in range(0, 256, 16):
        expected = range(first, first + 16)
        inits = [started("/bin/sh", "-c", f"exit {code}") for code in expected]
        assert list(map(status, inits)) == list(expected)


def test_a_signal_that_ends_the_server_is_128_more() -> None:
    numbers = [number for number in FORWARDED if number not in NOT_FATAL | FORGOTTEN]
    inits = [started("/bin/sleep", "60", pending=number) for number in numbers]
    assert list(map(status, inits)) == [128 + number for number in numbers]


def test_a_server_that_is_killed_is_137() -> None:
    with attended("sh", "-c", "kill -KILL $$") as init:
        assert init.wait(10) == 128 + signal.SIGKILL


def test_every_signal_that_can_be_forwarded_is() -> None:
    with attended(sys.executable, "-S", "-c", TAKES_SIGNALS) as init:
        assert init.stdout
        assert init.stdout.readline() == "up\n"
        for number in FORWARDED:
            init.send_signal(number)
            assert init.stdout.readline() == f"{int(number)}\n"


def test_a_server_that_ignores_sigterm_gets_each_and_goes_on() -> None:
    with attended(
        "sh", "-c", 'trap "echo asked" TERM; echo up; while :; do sleep 0.01; done'
    ) as init:
        assert init.stdout
        assert init.stdout.readline() == "up\n"
        for _ in range(2):
            init.send_signal(signal.SIGTERM)
            assert init.stdout.readline() == "asked\n"
        assert init.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_does_not_stop_in_time_is_killed(number: signal.Signals) -> None:
    waits = 'trap "" TERM INT; echo up; while :; do sleep 0.01; done'
    with attended("sh", "-c", waits, stop_timeout=0.3) as init:
        assert init.stdout
        assert init.stdout.readline() == "up\n"
        init.send_signal(number)
        assert init.wait(5) == 128 + signal.SIGKILL
        assert init.stderr
        assert '"event": "drain.cut"' in init.stderr.read()


def test_a_log_that_nobody_reads_does_not_keep_it_alive() -> None:
    fills = "import os\nos.set_blocking(2, False)\ntry:\n    while True: os.write(2, bytes(4096))\n"
    fills += "except BlockingIOError: os.set_blocking(2, True)\n"
    waits = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\n"
    command = (sys.executable, "-S", "-c", f"{fills}{waits}time.sleep(60)")
    with attended(*command, stop_timeout=0.3) as init:
        assert init.stdout
        assert init.stdout.readline() == "up\n"
        init.send_signal(signal.SIGTERM)
        assert init.wait(5) == 128 + signal.SIGKILL


def test_what_a_killed_server_has_started_is_killed_too() -> None:
    waits = 'trap "" TERM; sh -c "trap \\"\\" TERM; echo up; sleep 60"; sleep 60'
    with attended("sh", "-c", waits, stop_timeout=0.3) as init:
        assert init.stdout
        assert init.stdout.readline() == "up\n"
        init.send_signal(signal.SIGTERM)
        assert init.stdout.read() == ""  # nobody holds the pipe any more
        assert init.wait(5) == 128 + signal.SIGKILL


def test_sigterm_before_the_server_is_up_is_not_lost() -> None:
    assert status(started("/bin/sleep", "60", pending=signal.SIGTERM)) == 128 + signal.SIGTERM


def as_pid_1() -> tuple[str, ...]:
    if os.getuid() != 0:
        if os.environ.get("CI"):
            raise PermissionError("needs root for a PID namespace")
        pytest.skip("needs root for a PID namespace")
    return AS_PID_1


def test_orphans_are_reaped() -> None:
    with attended(sys.executable, "-S", "-c", ORPHANS, under=as_pid_1()) as init:
        output, errors = init.communicate(timeout=60)
        assert output.splitlines() == ["1000", "[]"], errors
        assert init.returncode == 0


def test_with_pid_1_ends_what_ignores_sigterm() -> None:
    command = ("sh", "-c", 'trap "" TERM; echo up; sleep 60')
    with attended(*command, under=as_pid_1()) as outside:
        assert outside.stdout
        assert outside.stdout.readline() == "up\n"
        (init,) = map(
            int, Path(f"/proc/{outside.pid}/task/{outside.pid}/children").read_text().split()
        )
        os.kill(init, signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            outside.wait(0.3)
        os.kill(init, signal.SIGKILL)
        assert outside.stdout.read() == ""  # nobody holds the pipe any more


def test_it_is_small_and_imports_nothing_of_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    with attended(sys.executable, "-S", "-c", TAKES_SIGNALS) as init:
        assert init.stdout
        init.stdout.readline()
        time.sleep(0.2)
        private = private_kb(init.pid)
        maps = Path(f"/proc/{init.pid}/maps").read_text()
    with capsys.disabled():
        print(f"\nthe init of server.mode=drain: {private} kB of its own")
    assert private <= MOST_PRIVATE_KB
    assert "site-packages" not in maps


def until(reached: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it is so before the time is over: its init is starting while a server is up."""
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.01)
    return reached()


def test_neither_process_has_what_is_for_migrating_only() -> None:
    secret = {"BOOTCTL__DATABASE__MIGRATION_URL": "sqlite:///canary.db"}
    with attended(sys.executable, "-S", "-c", TAKES_SIGNALS, env=secret) as init:
        assert init.stdout
        init.stdout.readline()
        (server,) = Path(f"/proc/{init.pid}/task/{init.pid}/children").read_text().split()
        for pid in (init.pid, server):
            assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()
            assert until(lambda fds=f"/proc/{pid}/fd": len(os.listdir(fds)) == 3)


@pytest.mark.parametrize(
    ("content", "code"), [("#!/no/such/interpreter\n", 127), ("\0\1garbage", 126)]
)
def test_a_server_that_cannot_be_started_is_bootctls_verdict(
    tmp_path: Path, content: str, code: int
) -> None:
    (tmp_path / "server").write_text(content)
    (tmp_path / "server").chmod(0o755)
    result = bootctl("run", "--", "./server", cwd=tmp_path, env=DRAIN)
    assert result.verdict["exit_code"] == code
    assert result.verdict["stage"] == "exec"


def test_the_exec_event_says_who_stays(tmp_path: Path) -> None:
    result = bootctl("run", "--", "sh", "-c", "echo $PPID; exit 3", cwd=tmp_path, env=DRAIN)
    assert result.code == 3
    (event,) = result.events("exec")
    assert event["mode"] == "drain"
    assert str(event["pid"]) == result.stdout.strip()


def test_the_server_has_the_terminal() -> None:
    def read_until(text: bytes) -> None:
        seen = b""
        while text not in seen:
            seen += os.read(terminal, 1000)

    pid, terminal = pty.fork()
    if pid == 0:
        launch.become(
            Command(("/bin/sh", "-c", "read line; echo got $line; exec sleep 60"), "a test"),
            os.environ,
            Path("/"),
            Settings(server=Server(mode="drain")),
        )
    try:
        os.write(terminal, b"words\n")
        read_until(b"got words")
        os.write(terminal, b"\x03")
        assert status(pid) == 128 + signal.SIGINT
    finally:
        os.close(terminal)
