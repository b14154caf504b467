"""Console scripts, each in a process of its own that is forked where what they import is there.

Importing it is most of what a short command takes, and a chain of migrations runs dozens. What is
forked for bootctl has bootctl too, but for the modules that look at the process they start in.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.processes.spawned import Result, environment

_SECONDS = 180
_STARTED_IN = ("__main__", "boot", "cli", "server")
"""Parts of bootctl that keep the environment, or the id of the run, from when they are imported."""
_RELOADED = ("bootctl.output.lines", "bootctl.output.log")
"""What does so as well, and others import."""

LIBRARIES = (
    "aerich",
    "aiokafka.client",
    "aiomysql",
    "aiormq",
    "aiosmtplib",
    "aiosqlite",
    "alembic.command",
    "alembic.config",
    "asyncclick",
    "asyncpg",
    "click.shell_completion",
    "loguru",
    "nats",
    "neo4j",
    "psycopg2",
    "pydantic_settings",
    "pymongo",
    "pymysql",
    "redis.asyncio",
    "sqlalchemy.dialects.mysql.aiomysql",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.ext.asyncio",
    "tenacity",
    "tortoise.backends.asyncpg",
    "tortoise.backends.mysql",
    "tortoise.backends.sqlite",
    "tortoise.migrations.autodetector",
    "tortoise.migrations.executor",
)


def bootctl(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
    """Run ``bootctl ARGUMENTS`` in ``cwd``, and wait for its end."""
    return run("bootctl", *arguments, cwd=cwd, env=env)


def run(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
    """Run ``PROGRAM ARGUMENTS`` in ``cwd``, and wait for its end."""
    return start(*command, cwd=cwd, env=env).wait()


def start(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> "Forked":
    """Start ``PROGRAM ARGUMENTS`` in ``cwd``; whoever starts it waits for its end."""
    folder = Path(tempfile.mkdtemp())
    outputs = [folder / "stdout", folder / "stderr"]
    for path in outputs:
        path.touch()
    request = {
        "command": command,
        "cwd": str(cwd),
        "env": environment(env),
        "outputs": list(map(str, outputs)),
    }
    server = _server(command[0] == "bootctl")
    return Forked(server, _asked(server, {"start": request}), outputs)


class Forked:
    """A process that was started."""

    def __init__(self, server: "_Server", pid: int, outputs: list[Path]) -> None:
        self._server = server
        self.pid = pid
        self._outputs = outputs

    @property
    def stderr(self) -> str:
        """What it wrote so far."""
        return self._outputs[1].read_text()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, which is lost if it has ended."""
        os.kill(self.pid, number)

    def ended(self, within: float | None = None) -> bool:
        """Whether it has ended, or does in so many seconds."""
        process = os.pidfd_open(self.pid)
        try:
            return bool(select.select([process], [], [], within)[0])
        finally:
            os.close(process)

    def wait(self) -> Result:
        """How it ended, once it has. It is asked for once."""
        self.ended()
        code = _asked(self._server, {"end": self.pid})
        result = Result(code, *(path.read_text() for path in self._outputs))
        shutil.rmtree(self._outputs[0].parent)
        return result


_Server = subprocess.Popen[str]
_asking = threading.Lock()


def _asked(server: _Server, request: Mapping[str, object]) -> int:
    """What the process that forks answers."""
    assert server.stdin
    assert server.stdout
    with _asking:
        print(json.dumps(request), file=server.stdin, flush=True)
        return int(server.stdout.readline())


@functools.cache
def _server(is_bootctl: bool) -> _Server:
    """The process that forks, of this test process; it reads one command a line."""
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, *(["bootctl"] if is_bootctl else [])],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.__exit__, None, None, None)
    return server


def _serve(*packages: str) -> None:
    for module in [*LIBRARIES, *(name for package in packages for name in _modules(package))]:
        with suppress(ImportError):  # not every version has every one
            importlib.import_module(module)
    scripts = entry_points(group="console_scripts")
    gc.freeze()  # a child's collections need not look at what it has in common with this process
    for line in sys.stdin:
        match json.loads(line):
            case {"start": request}:
                answer = os.fork()
                if answer == 0:
                    _become(scripts, **request)
            case {"end": child}:
                answer = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(answer, flush=True)


def _modules(package: str) -> Iterator[str]:
    """What of a package, and in it, can be imported before it is known for which process."""
    for found in pkgutil.walk_packages([ROOT / package], f"{package}."):
        if found.name.split(".")[1] not in _STARTED_IN:
            yield found.name


def _begin_again() -> None:
    """Have what was imported for another process be as it is imported in this one."""
    for name in _RELOADED:
        if name in sys.modules:
            importlib.reload(sys.modules[name])
    if redact := sys.modules.get("bootctl.output.redact"):
        redact.redactor.add_environment(os.environ)


def _become(
    scripts: EntryPoints, command: list[str], cwd: str, env: dict[str, str], outputs: list[str]
) -> None:
    """Make this process the one that runs ``command``."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    signal.alarm(_SECONDS)
    standard = [os.open(os.devnull, os.O_RDONLY)]
    standard += [os.open(path, os.O_WRONLY | os.O_CREAT) for path in outputs]
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    _begin_again()
    sys.argv = command
    sys.path[0] = str(Path(sys.executable).parent)
    code: object = 1
    try:
        [script] = scripts.select(name=command[0])
        code = script.load()()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
