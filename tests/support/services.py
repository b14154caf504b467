"""The servers the tests talk to: those at their standard ports, or else ones started here.

What is not installed is installed with the system's package manager where this user may; a test
whose server cannot be had fails in CI and is skipped, by name, elsewhere.
"""

import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

_READY_SECONDS = 60
_PACKAGES = {"postgresql": "postgresql", "mariadb": "mariadb-server"}
_PORTS = {"postgresql": 5432, "mariadb": 3306}


@dataclass(frozen=True)
class Server:
    """A server that trusts this user."""

    host: str
    port: int
    user: str


@functools.cache
def server(kind: str) -> Server:
    """The running server of ``kind``, started where there is none."""
    user = {"postgresql": os.environ.get("PGUSER", pwd.getpwuid(os.getuid()).pw_name)}.get(
        kind, "root"
    )
    if _listens(_PORTS[kind]):
        return Server("127.0.0.1", _PORTS[kind], user)
    try:
        return {"postgresql": _start_postgresql, "mariadb": _start_mariadb}[kind]()
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"needs {kind}: {error}")


def postgresql_binary(name: str) -> Path:
    """One of PostgreSQL's programs, which Debian keeps off the PATH; installed where it is not."""
    return _binary(name, "postgresql", [Path("/usr/lib/postgresql")])


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


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_postgresql(*, auth: str = "trust", password: str = "") -> Server:
    """A PostgreSQL cluster of the caller's own, on a free port; ended with this process."""
    place, port = folder(), free_port()
    secret = place / "password"
    secret.write_text(password or "unused")
    secret.chmod(0o644)
    initdb = [postgresql_binary("initdb"), "-D", place / "data", "-U", "bootctl", "-A", auth]
    _run_unprivileged(*initdb, "--pwfile", secret, "--no-sync")
    options = ["-k", str(place), "-h", "127.0.0.1", "-p", str(port), "-F"]
    _spawn([postgresql_binary("postgres"), "-D", place / "data", *options], port, signal.SIGQUIT)
    return Server("127.0.0.1", port, "bootctl")


@functools.cache
def _start_postgresql() -> Server:
    return start_postgresql()


@functools.cache
def _start_mariadb() -> Server:
    install = _binary("mariadb-install-db", "mariadb", [])
    daemon = _binary("mariadbd", "mariadb", [Path("/usr/sbin"), Path("/usr/libexec")])
    place, port = folder(), free_port()
    data = [f"--datadir={place / 'data'}", "--no-defaults"]
    _run_unprivileged(install, data[1], data[0], "--auth-root-authentication-method=normal")
    options = [f"--socket={place / 'socket'}", "--bind-address=127.0.0.1", f"--port={port}"]
    _spawn([daemon, data[1], data[0], *options], port, signal.SIGTERM)
    return Server("127.0.0.1", port, "root")


def _binary(name: str, kind: str, folders: list[Path]) -> Path:
    for attempt in range(2):
        found = shutil.which(name)
        candidates = [Path(found)] if found else []
        candidates += [path for place in folders for path in sorted(place.rglob(name))]
        if candidates:
            return candidates[-1]
        if attempt == 0:
            _install(_PACKAGES[kind])
    raise FileNotFoundError(f"{name} is not installed, and could not be")


@functools.cache
def _install(package: str) -> None:
    if os.getuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False, capture_output=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        subprocess.run(command, check=False, capture_output=True, env=environment)


def _run_unprivileged(*command: object) -> None:
    arguments = [*unprivileged(), *map(str, command)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _spawn(command: list[object], port: int, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [*unprivileged(), *map(str, command)],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(lambda: (process.send_signal(ending), process.wait(10)))
    deadline = time.monotonic() + _READY_SECONDS
    while not _listens(port):
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{command[0]} does not listen"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
