"""bootctl in real containers: an image of this checkout, and containers of it.

What is not installed is installed, and an image that this machine does not have is made. A test
that cannot have containers fails in CI and is skipped elsewhere.
"""

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.support.process import Result
from tests.support.services import install

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAMS = ("podman", "buildah", "runc", "catatonit", "debootstrap")
_EXTRAS = "postgresql,mysql,sqlite"
_PYTHON = "3.11"
"""The Python of the suite below."""
_BASE = ("--variant=minbase", "--include=python3,python3-venv", "bookworm")
_DEPENDENCIES = """\
FROM {parent}
RUN useradd --create-home service && python3 -m venv /opt/bootctl
RUN --mount=type=bind,source=wheels,target=/wheels \\
    /opt/bootctl/bin/pip install --no-index --no-deps /wheels/*
ENV PATH=/opt/bootctl/bin:/usr/local/bin:/usr/bin:/bin
"""
_BOOTCTL = """\
FROM {parent}
RUN --mount=type=bind,source=wheels,target=/wheels \\
    pip install --no-index --find-links /wheels 'bootctl[{extras}]'
USER service
WORKDIR /home/service
ENTRYPOINT ["bootctl"]
"""
_CONFIGURATION = Path("/etc/containers/containers.conf.d/bootctl-tests.conf")
# The limits that podman asks for by default are above those of some virtual machines.
_CONFIGURED = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

[engine]
runtime = "runc"
"""


@dataclass(frozen=True)
class Container:
    """A container that was started; ``pid`` is the host's number of its first process."""

    name: str
    pid: int

    def signal(self, name: str) -> None:
        """Send the first process TERM, INT and so on."""
        podman("kill", "--signal", name, self.name)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that has not ended it within ten seconds."""
        podman("stop", self.name)

    def wait(self, timeout: float = 10) -> int:
        """The exit code, once it has ended."""
        return int(podman("wait", self.name, timeout=timeout).stdout)

    def logs(self) -> Result:
        """What it has written so far, and its exit code, which is 0 while it runs."""
        code = podman("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout
        written = podman("logs", self.name)
        return Result(int(code), written.stdout, written.stderr)


@contextmanager
def container(
    *arguments: str, env: Mapping[str, str] | None = None, options: Sequence[str] = ()
) -> Iterator[Container]:
    """``bootctl ARGUMENTS`` as PID 1 on the host's network; removed afterwards."""
    name = f"bootctl-test-{uuid.uuid4().hex[:12]}"
    variables = [f"--env={key}={value}" for key, value in (env or {}).items()]
    own = ["--detach", "--name", name, "--network", "host", "--http-proxy=false", "--pull=never"]
    tag = image()
    try:
        podman("run", *own, *variables, *options, tag, *arguments)
        pid = podman("inspect", "--format", "{{.State.Pid}}", name).stdout
        yield Container(name, int(pid))
    finally:
        podman("rm", "--force", "--time", "0", "--ignore", name)


def podman(*arguments: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run ``podman ARGUMENTS``, which must succeed."""
    return _run("podman", *arguments, timeout=timeout)


@functools.cache
def image() -> str:
    """The image with this checkout's bootctl; made where this machine does not have it."""
    with _one_process(), tempfile.TemporaryDirectory(prefix="bootctl-image-") as name:
        _prepare_machine()
        place = Path(name)
        # A copy, so that what is built is what its tag says while the checkout is being edited.
        source = _copy_sources(place / "source")
        needs = [*_texts(source, "pyproject.toml"), *_texts(source, "constraints.txt")]
        code = _texts(source / "bootctl", "**/*.*")
        base = _tag("base", *_BASE)
        if not _exists(base):
            _bootstrap(base, place / "root")
        dependencies = _tag("dependencies", base, _DEPENDENCIES, _PYTHON, _EXTRAS, *needs)
        if not _exists(dependencies):
            _download_wheels(source, place / "dependencies/wheels")
            _build(dependencies, _DEPENDENCIES.format(parent=base), place / "dependencies")
        tag = _tag("bootctl", dependencies, _BOOTCTL, *code)
        if not _exists(tag):
            _pip("wheel", "--no-deps", "--wheel-dir", place / "bootctl/wheels", source)
            recipe = _BOOTCTL.format(parent=dependencies, extras=_EXTRAS)
            _build(tag, recipe, place / "bootctl")
        return tag


@contextmanager
def _one_process() -> Iterator[None]:
    with open(Path(tempfile.gettempdir()) / "bootctl-image.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare_machine() -> None:
    if not all(map(shutil.which, _PROGRAMS)):
        install(*_PROGRAMS)
    missing = [program for program in _PROGRAMS if not shutil.which(program)]
    if missing or os.getuid() != 0:
        reason = f"needs containers: {', '.join(missing) or 'root'} is missing"
        if os.environ.get("CI"):
            raise FileNotFoundError(reason)
        pytest.skip(reason)
    if not _CONFIGURATION.exists():
        _CONFIGURATION.parent.mkdir(parents=True, exist_ok=True)
        _CONFIGURATION.write_text(_CONFIGURED)


def _copy_sources(target: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_ROOT / "bootctl", target / "bootctl", ignore=ignored)
    for name in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy(_ROOT / name, target)
    return target


def _texts(folder: Path, pattern: str) -> list[str]:
    """The files that match, as one text each, which tells them apart by their paths too."""
    found = sorted(folder.glob(pattern))
    return [f"{path.relative_to(folder)}\n{path.read_text()}" for path in found]


def _tag(kind: str, *content: str) -> str:
    """The name of an image that is made of ``content``."""
    digest = hashlib.sha256("\0".join(content).encode()).hexdigest()
    return f"localhost/bootctl-test-{kind}:{digest[:12]}"


def _exists(tag: str) -> bool:
    done = subprocess.run(["podman", "image", "exists", tag], check=False)
    return done.returncode == 0


def _bootstrap(tag: str, root: Path) -> None:
    *options, suite = _BASE
    _run("debootstrap", *options, suite, root)
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as archive:
        _run("podman", "import", "-", tag, stdin=archive.stdout)
    assert archive.returncode == 0


def _download_wheels(source: Path, target: Path) -> None:
    what = ["--only-binary", ":all:", "--python-version", _PYTHON, f"{source}[{_EXTRAS}]"]
    _pip("download", "--constraint", source / "constraints.txt", "--dest", target, *what)


def _build(tag: str, recipe: str, context: Path) -> None:
    (context / "Containerfile").write_text(recipe)
    isolated = ["--isolation", "chroot", "--network", "host", "--pull-never"]
    _run("buildah", "bud", *isolated, "--tag", tag, context)


def _pip(*arguments: object) -> None:
    _run(sys.executable, "-m", "pip", *arguments)


def _run(
    *command: object, timeout: float = 300, stdin: IO[bytes] | None = None
) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        list(map(str, command)),
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done
