"""The Dockerfile's image of each example, from an empty database to a page that is served."""

import difflib
import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootctl import __version__
from tests.support.containers import docker
from tests.support.containers.images import (
    ROOT,
    distroless_image,
    example_image,
    local_python_image,
    podman,
)
from tests.support.containers.running import HARDENED, Container, page, started
from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

LONGEST_STOP_SECONDS = 5
"""Of a busy machine; who waits for somebody waits for ``server.stop_timeout``."""
WHEEL = f"robyn_bootctl-{__version__}-py3-none-any.whl"
SHELLS_AND_PACKAGE_MANAGERS = re.compile(
    r"(a|ba|da|k|z)?sh|busybox|pip[\d.]*|(apt|dpkg)(-.*)?|perl([\d-].*)?|python3-config"
)


@dataclass(frozen=True)
class Service:
    """An example that runs on PostgreSQL, on a database that was empty."""

    container: Container
    image: str
    port: int
    database: Database


def of_distroless(name: str) -> str:
    """The image of an example that is built on one Python, and runs on another's."""
    return example_image(
        name,
        f"BUILD={local_python_image()}",
        f"RUNTIME={distroless_image()}",
        "PYTHON=/usr/bin/python3.11",
    )


IMAGES = {
    "alembic": (example_image, "alembic", "async_url"),
    "aerich": (example_image, "aerich", "tortoise_url"),
    "tortoise": (example_image, "tortoise", "tortoise_url"),
    "distroless": (of_distroless, "alembic", "async_url"),
}


@pytest.fixture(scope="module", params=IMAGES)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    make, name, url = IMAGES[request.param]
    image, port = make(name), free_port()
    with fresh.fresh("postgresql", tmp_path_factory.mktemp("database")) as database:
        variables = {"DATABASE_URL": getattr(database, url), "ROBYN_PORT": str(port)}
        with started(image, env=variables, options=HARDENED) as container:
            container.until_it_serves(port)
            yield Service(container, image, port, database)


def test_it_serves_what_it_stores(service: Service) -> None:
    assert page(service.port, "/health") == "ok"
    added = json.loads(page(service.port, "/notes", "remember"))
    notes = json.loads(page(service.port, "/notes"))
    assert notes[-1] == {"id": added["id"], "text": "remember", "done": False}
    [(text,)] = service.database.execute("SELECT text FROM notes")
    assert text == "remember"


def test_its_process_is_not_root_and_can_become_nothing_more(service: Service) -> None:
    status = Path(f"/proc/{service.container.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == fields["Gid"].split() == ["65532"] * 4
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[name], 16) == 0, name
    assert fields["NoNewPrivs"] == "1"


def test_its_root_file_system_is_read_only(service: Service) -> None:
    mounts = Path(f"/proc/{service.container.pid}/mountinfo").read_text()
    [options] = re.findall(r"(?m)^\S+ \S+ \S+ \S+ / (\S+)", mounts)
    assert options.split(",")[0] == "ro"


def test_nothing_in_it_is_a_shell_or_a_package_manager(service: Service) -> None:
    root = podman("image", "mount", service.image).stdout.strip()
    try:
        found = [
            os.path.join(folder, name)
            for folder, folders, files in os.walk(root)
            for name in files + folders
            if SHELLS_AND_PACKAGE_MANAGERS.fullmatch(name)
        ]
    finally:
        podman("image", "unmount", service.image)
    assert found == []


def test_its_log_is_json_until_it_is_the_server(service: Service) -> None:
    log = service.container.boot_log()
    events = [line["event"] for line in log.lines]
    assert events[0] == "detect.found"
    assert events[-1] == "exec"
    assert len(log.events("migrate.applied")) == 2


def test_its_health_check_asks_the_server(service: Service) -> None:
    assert service.container.health() == 0


def test_stopping_it_when_it_is_idle_waits_for_nobody(service: Service) -> None:
    process = os.pidfd_open(service.container.pid)
    sent = time.monotonic()
    signal.pidfd_send_signal(process, signal.SIGTERM)
    ended, _, _ = select.select([process], [], [], 10)
    took = time.monotonic() - sent
    os.close(process)
    assert ended, service.container.logs()
    assert service.container.wait() == 0, service.container.logs()
    last = json.loads(service.container.logs().stderr.splitlines()[-1])
    assert last["event"] == "drain.done"
    assert took < LONGEST_STOP_SECONDS


def test_its_health_check_fails_without_a_server() -> None:
    command = ("python", "-c", "import time; print('up', flush=True); time.sleep(60)")
    variables = {"BOOTCTL__ORM": "none", "ROBYN_PORT": str(free_port())}
    with started(example_image("alembic"), *command, env=variables) as container:
        while not container.logs().stdout:
            time.sleep(0.05)
        assert container.health() == 1


def test_make_builds_it_and_prints_its_size_by_layer(tmp_path: Path) -> None:
    image = "localhost/bootctl-test-make"
    path = f"{docker.install(tmp_path / 'bin', indexed=False)}:{os.environ['PATH']}"
    command = ["make", "image", "image-size", f"IMAGE={image}"]
    env = {**os.environ, "PATH": path}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
    finally:
        podman("rmi", "--force", "--ignore", image)
    assert done.returncode == 0, done.stdout + done.stderr
    layers = re.findall(r"(?m)^[\d.]+ ?[kM]?B\t.*$", done.stdout)
    total = done.stdout.splitlines()[-1]
    print(*layers, total, sep="\n")
    assert layers
    assert re.fullmatch(r"\d+ bytes in all", total)


def test_the_dockerfile_for_a_service_is_the_same_but_for_where_bootctl_comes_from() -> None:
    own, for_a_service = (
        (ROOT / name).read_text().splitlines()
        for name in ("Dockerfile", "entrypoints/docker/Dockerfile")
    )
    changes = [line for line in difflib.ndiff(for_a_service, own) if line[0] in "-+"]
    removed = [line[2:] for line in changes if line[0] == "-"]
    added = [line[2:] for line in changes if line[0] == "+"]
    assert removed == [
        "ARG SERVICE=.",
        "# bootctl is a wheel in the project, which `make wheel` in a checkout of bootctl builds: "
        "its name on",
        "# the package index is another's.",
        f"ARG BOOTCTL=/bootctl/{WHEEL}",
        f"COPY ${{SERVICE}}/vendor/{WHEEL} /bootctl/",
    ]
    assert added == [
        "ARG SERVICE=examples/minimal/alembic",
        "# bootctl is this checkout.",
        "ARG BOOTCTL=/bootctl",
        "COPY pyproject.toml README.md LICENSE constraints.txt /bootctl/",
        "COPY bootctl /bootctl/bootctl",
        "COPY entrypoints /bootctl/entrypoints",
        "ENV PIP_CONSTRAINT=/bootctl/constraints.txt",
    ]
