"""Images of the Dockerfiles, on base images that are made here: nothing is pulled.

What is not installed is installed, and an image that this machine does not have is built. A test
that cannot have containers fails in CI and is skipped elsewhere.
"""

import atexit
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.support.paths import ROOT
from tests.support.servers.standard import install

EXTRAS = "postgresql,mysql,sqlite"
BUILD = (
    *("--isolation=chroot", "--network=host", "--pull-never", "--layers"),
    "--format=docker",  # OCI's own has no health check
)
"""The options of ``buildah bud`` where there is no Docker daemon."""

_PROGRAMS = ("podman", "buildah", "runc", "catatonit", "debootstrap")
_BASE = ("--variant=minbase", "--include=python3,python3-venv", "bookworm")
_PYTHON = "3.11"
"""The Python of that suite."""
_DISTROLESS = (
    *("lib", "lib64", "tmp", "usr/lib64", "usr/lib/*-linux-gnu/*.so*"),
    *("usr/bin/python3*", "usr/lib/python3*"),
)
_LOCAL_PYTHON = """\
ARG BASE
FROM ${BASE}
RUN cp /usr/bin/python3.11 /usr/local/bin/python3 && cp -r /usr/lib/python3.11 /usr/local/lib
"""
_BUILT = ("Dockerfile", "constraints.txt", "pyproject.toml", "bootctl/**/*.py")
_CONTEXT = ("LICENSE", "README.md", "bootctl", "constraints.txt", "entrypoints", "pyproject.toml")
_INDEX = "[global]\nno-index = true\nfind-links = /wheels\n"
_CONFIGURATION = Path("/etc/containers/containers.conf.d/bootctl-tests.conf")
# The limits that podman asks for by default are above those of some virtual machines.
_CONFIGURED = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

[engine]
runtime = "runc"
"""


def podman(*arguments: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run ``podman ARGUMENTS``, which must succeed."""
    return _run("podman", *arguments, timeout=timeout)


@functools.cache
def base_image() -> str:
    """Debian with its Python, and a shell."""
    prepare_machine()
    tag = _tag("base", *_BASE)
    with _once(tag) as place:
        if place:
            *options, suite = _BASE
            _run("debootstrap", *options, suite, place)
            _import(tag, place, ".")
    return tag


@functools.cache
def distroless_image() -> str:
    """Debian's Python, the libraries of the system, and nothing else."""
    base = base_image()
    tag = _tag("distroless", base, *_DISTROLESS)
    with _once(tag) as place:
        if place:
            root = Path(podman("image", "mount", base).stdout.strip())
            found = [path for pattern in _DISTROLESS for path in root.glob(pattern)]
            _import(tag, root, *(path.relative_to(root) for path in found))
            podman("image", "unmount", base)
    return tag


def local_python_image() -> str:
    """As the images called python have it: a Python below /usr/local."""
    return derived_image("python", {"Dockerfile": _LOCAL_PYTHON})


def derived_image(kind: str, files: Mapping[str, str], base: str | None = None) -> str:
    """What the Dockerfile among these files makes of an image: of the base image, if of no other."""
    base = base or base_image()
    tag = _tag(kind, base, *files.values())
    with _once(tag) as place:
        if place:
            for name, text in files.items():
                (place / name).write_text(text)
            _build(tag, place, f"BASE={base}")
    return tag


def example_image(name: str, *arguments: str) -> str:
    """The image that the Dockerfile makes of ``examples/minimal/NAME``; ``arguments`` are build arguments."""
    return service_image(f"examples/minimal/{name}", *arguments)


@functools.cache
def service_image(service: str, *arguments: str) -> str:
    """The image that the Dockerfile makes of the service in a folder of this checkout."""
    given = (f"BUILD={base_image()}", f"SERVICE={service}", *arguments)
    with tempfile.TemporaryDirectory(prefix="bootctl-context-") as copy:
        # What is built is what its tag says, while the checkout is being edited.
        context = _copy(Path(copy), ".dockerignore", "Dockerfile", service, *_CONTEXT)
        texts = _texts(context, *_BUILT, f"{service}/**/*")
        tag = _tag(f"example-{Path(service).name}", *given, *texts)
        with _once(tag) as place:
            if place:
                build(tag, context, wheels(), *given)
    return tag


def build(tag: str, context: Path, index: Path, *arguments: str) -> None:
    """Build ``context/Dockerfile`` with these build arguments; pip installs what is in ``index``."""
    _build(tag, context, *arguments, options=pip_options(index))


def pip_options(index: Path) -> list[str]:
    """The options of a build by which pip installs from a directory of wheels only."""
    configuration = index / "pip.conf"
    configuration.write_text(_INDEX)
    return [f"--secret=id=pip,src={configuration}", f"--volume={index}:/wheels:ro"]


def _build(tag: str, context: Path, *arguments: str, options: Sequence[str] = ()) -> None:
    given = [f"--build-arg={argument}" for argument in arguments]
    _run("buildah", "bud", *BUILD, *given, *options, "--tag", tag, context, timeout=600)


def _import(tag: str, root: Path, *names: object) -> None:
    command = ["tar", "-C", str(root), "-c", *map(str, names)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as archive:
        _run("podman", "import", "-", tag, stdin=archive.stdout)
    assert archive.returncode == 0


@functools.cache
def wheels(*requirements: str) -> Path:
    """A directory of wheels: bootctl, and what it, the examples and ``requirements`` need."""
    place = Path(tempfile.mkdtemp(prefix="bootctl-wheels-"))
    atexit.register(shutil.rmtree, place)
    with tempfile.TemporaryDirectory(prefix="bootctl-source-") as name:
        source = _copy(Path(name), *_CONTEXT)
        _pip("wheel", "--no-deps", "--wheel-dir", place, source)
        # The image's Python may be older than this one, and redis needs more there.
        what = [f"{source}[{EXTRAS},example]", "hatchling", "async-timeout", *requirements]
        options = ["--only-binary", ":all:", "--python-version", _PYTHON, "--dest", place]
        _pip("download", "--constraint", source / "constraints.txt", *options, *what)
    return place


@functools.cache
def prepare_machine() -> None:
    """Have what containers need, or end the test."""
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


@contextmanager
def _once(tag: str) -> Iterator[Path | None]:
    """A place to make the image in, for one process at a time; none where the machine has it."""
    with (
        open(Path(tempfile.gettempdir()) / "bootctl-image.lock", "w") as lock,
        tempfile.TemporaryDirectory(prefix="bootctl-image-") as place,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["podman", "image", "exists", tag], check=False)
        yield Path(place) if done.returncode else None


def _copy(target: Path, *names: str) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "*.db*")
    for name in names:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=ignored, symlinks=True)
        else:
            shutil.copy2(source, copy)
    return target


def _texts(folder: Path, *patterns: str) -> list[str]:
    """The files that match, as one text each, which tells them apart by their paths too."""
    found = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return [f"{path.relative_to(folder)}\n{path.read_text()}" for path in found]


def _tag(kind: str, *content: str) -> str:
    """The name of an image that is made of ``content``."""
    digest = hashlib.sha256("\0".join(content).encode()).hexdigest()
    return f"localhost/bootctl-test-{kind}:{digest[:12]}"


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
