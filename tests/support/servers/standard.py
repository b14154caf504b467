"""The servers the tests talk to: those at their standard ports, or else ones started here.

What is not installed is installed with the system's package manager where this user may; a test
whose server cannot be had fails in CI and is skipped, by name, elsewhere.
"""

import atexit
import fcntl
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes.spawned import Result, environment
from tests.support.servers.ports import free_port

_READY_SECONDS = 60
_PACKAGES = {
    "postgresql": "postgresql",
    "mariadb": "mariadb-server",
    "redis": "redis-server",
    "rabbitmq": "rabbitmq-server",
    "nats": "nats-server",
    "memcached": "memcached",
    "pgbouncer": "pgbouncer",
}
_PORTS = {"postgresql": 5432, "mariadb": 3306}


@dataclass(frozen=True)
class Server:
    """A server that trusts this user."""

    host: str
    port: int
    user: str


@functools.cache
def server(kind: str) -> Server:
    """The running server of ``kind`` that trusts this user, started where there is none."""
    user = os.environ.get("PGUSER", _own_name()) if kind == "postgresql" else "root"
    standard = Server("127.0.0.1", _PORTS[kind], user)
    if _refusal(kind, standard) is None:
        return standard
    try:
        return start_postgresql() if kind == "postgresql" else start_mariadb()
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"needs {kind}: {error}")


def postgresql_binary(name: str) -> Path:
    """One of PostgreSQL's programs, which Debian keeps off the PATH; installed where it is not."""
    return binary(name, "postgresql")


def unprivileged() -> list[str]:
    """The start of a command line that gives up root: database servers refuse to run as root."""
    return (
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        if os.getuid() == 0
        else []
    )


def folder() -> Path:
    """A temporary folder that the unprivileged user owns."""
    path = Path(tempfile.mkdtemp(prefix="bootctl-"))
    if os.getuid() == 0:
        shutil.chown(path, "nobody", "nogroup")
    path.chmod(0o700)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def start_postgresql(*, auth: str = "trust", password: str = "") -> Server:
    """A PostgreSQL cluster of the caller's own, on a free port; ended with this process."""
    place, port = folder(), free_port()
    secret = place / "password"
    secret.write_text(password or "unused")
    secret.chmod(0o644)
    initdb = [postgresql_binary("initdb"), "-D", place / "data", "-U", "bootctl", "-A", auth]
    run_unprivileged(*initdb, "-E", "UTF8", "--no-locale", "--pwfile", secret, "--no-sync")
    options = ["-k", str(place), "-h", "127.0.0.1", "-p", str(port), "-F"]
    command = [postgresql_binary("postgres"), "-D", place / "data", *options]
    started = Server("127.0.0.1", port, "bootctl")
    _spawn("postgresql", command, started, signal.SIGQUIT, password)
    return started


def start_mariadb(*options: str) -> Server:
    """A MariaDB of the caller's own, on a free port, started with ``options``; see above."""
    install = binary("mariadb-install-db", "mariadb")
    daemon = binary("mariadbd", "mariadb")
    place, port = folder(), free_port()
    # A server that starts deletes what others keep in a directory for temporary files.
    data = ["--no-defaults", f"--datadir={place / 'data'}", f"--tmpdir={place}"]
    # With the test database comes an anonymous user, who is chosen over any user@'%' from here.
    plain = ["--skip-test-db", "--auth-root-authentication-method=normal"]
    run_unprivileged(install, *data, *plain)
    where = [f"--socket={place / 'socket'}", "--bind-address=127.0.0.1", f"--port={port}"]
    command = [daemon, *data, *where, "--character-set-server=utf8mb4", *options]
    started = Server("127.0.0.1", port, "root")
    _spawn("mariadb", command, started, signal.SIGTERM)
    return started


def _own_name() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def binary(name: str, kind: str) -> Path:
    """A program of the server of ``kind``; installed where it is not."""
    for attempt in range(2):
        newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        # Debian's rabbitmq-server in /usr/sbin is a script that changes the user.
        places = [*map(str, newest_first), "/usr/lib/rabbitmq/bin"]
        places.append(os.environ.get("PATH", os.defpath))
        found = shutil.which(name, path=os.pathsep.join([*places, "/usr/sbin", "/usr/libexec"]))
        if found:
            return Path(found)
        if attempt == 0:
            install(_PACKAGES[kind])
    raise FileNotFoundError(f"{name} is not installed, and could not be")


@functools.cache
def install(*packages: str) -> None:
    """Install Debian's packages, where this user may."""
    if os.getuid() == 0 and shutil.which("apt-get"):
        # One test process at a time: the package manager does not wait for its lock.
        with open(Path(tempfile.gettempdir()) / "bootctl-install.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _apt_get("update", "-q")
            _apt_get("install", "-y", "-q", "--no-install-recommends", *packages)


def _apt_get(*arguments: str) -> None:
    own = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *arguments], check=False, capture_output=True, text=True, env=own
    )
    if done.returncode != 0:
        print(f"apt-get {' '.join(arguments)}: {done.stderr}", file=sys.stderr)


def run_unprivileged(*command: object) -> None:
    """Run ``command`` without root's rights, and expect that it succeeds."""
    arguments = [*unprivileged(), *map(str, command)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _spawn(
    kind: str, command: list[object], started: Server, ending: signal.Signals, password: str = ""
) -> None:
    process = subprocess.Popen(
        [*unprivileged(), *map(str, command)],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(process.wait, 10)
    atexit.register(process.send_signal, ending)
    deadline = time.monotonic() + _READY_SECONDS
    while refusal := _refusal(kind, started, password):
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{command[0]} is not ready: {refusal}"
        time.sleep(0.05)


def _refusal(kind: str, server: Server, password: str = "") -> str | None:
    """Why this user cannot talk to ``server`` now; ``None`` where it can."""
    try:
        if kind == "postgresql":
            import psycopg2

            psycopg2.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=password,
                dbname="postgres",
            ).close()
        else:
            import pymysql

            pymysql.connect(
                host=server.host, port=server.port, user=server.user, password=password
            ).close()
    except Exception as error:
        return str(error)
    return None


@dataclass(frozen=True)
class Booted:
    """A service that ``bootctl run`` brought up: the same process is now its server."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def request(self, path: str, body: str | None = None) -> tuple[int, str]:
        """GET, or POST where there is a body: the status and the text of the answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        data = None if body is None else body.encode()
        try:
            with urllib.request.urlopen(url, data, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of one event, of those that bootctl wrote before it became the server."""
        lines = self.log.read_text().splitlines(keepends=True)
        last = next(i for i, line in enumerate(lines) if '"event": "exec"' in line)
        return Result(0, "", "".join(lines[: last + 1])).events(name)

    def is_the_server(self) -> bool:
        """Whether the process that was ``bootctl run`` runs the server, and nothing of bootctl."""
        words = Path(f"/proc/{self.process.pid}/cmdline").read_bytes().split(b"\0")
        return not any(b"bootctl" in word.rpartition(b"/")[2] for word in words)


@contextmanager
def booted(project: Path, variables: Mapping[str, str]) -> Iterator[Booted]:
    """``bootctl run`` in ``project``, once its server listens; killed afterwards."""
    port = free_port()
    log = project.with_name(f"{project.name}-{port}.log")
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "bootctl", "run"],
            cwd=project,
            env=environment({"ROBYN_PORT": str(port), **variables}),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Booted(process, port, log)
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
