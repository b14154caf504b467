"""A FastAPI service in ``src``, its versions locked by uv: its image, as ``bootctl init`` has it made."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.containers import docker
from tests.support.containers.entrypoints import run
from tests.support.containers.images import podman, wheels
from tests.support.databases.fresh import Database
from tests.support.projects.kits import ASYNC_ALEMBIC
from tests.support.projects.robyn_config import with_programs
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

NAME = "bootctl-test-fastapi"
UV = "uv==0.13.9"
DEPENDENCIES = ("alembic", "asyncpg", "fastapi", "sqlalchemy[asyncio]", "uvicorn")
PYPROJECT = f"""\
[project]
name = "{NAME}"
version = "1"
requires-python = ">=3.11"
dependencies = {[*DEPENDENCIES]}
"""
MAIN = """\
from fastapi import FastAPI

from orders.models import metadata

app = FastAPI()


@app.get("/health")
async def health() -> list[str]:
    return sorted(metadata.tables)
"""


@dataclass(frozen=True)
class Orders:
    """The project, and the environment to run commands in."""

    root: Path
    env: dict[str, str]


@pytest.fixture
def orders(tmp_path: Path, postgresql: Database) -> Iterator[Orders]:
    root = tmp_path / "project"
    project = ASYNC_ALEMBIC.project(root, postgresql)
    project.write("pyproject.toml", PYPROJECT)
    project.write("src/orders/__init__.py", "")
    project.write("src/orders/main.py", MAIN)
    (root / "models.py").rename(root / "src/orders/models.py")
    environment = root / "migrations/env.py"
    environment.write_text(environment.read_text().replace("from models", "from orders.models"))
    path = docker.install(tmp_path / "bin", *DEPENDENCIES, UV)
    lock(root, wheels(*DEPENDENCIES, UV, "async-timeout"))
    programs = with_programs()
    port = str(free_port())
    yield Orders(root, {**programs, "PATH": f"{path}:{programs['PATH']}", "ROBYN_PORT": port})
    podman("rmi", "--force", "--ignore", f"localhost/{NAME}")


def lock(root: Path, index: Path) -> None:
    """Have uv lock what is in a directory of wheels, which is elsewhere when an image is built."""
    uv = [Path(sys.executable).with_name("uv"), "lock", "--no-index", "--find-links", index]
    done = subprocess.run([*map(str, uv)], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = root / "uv.lock"
    text = re.sub(r'registry = "[^"]*"', 'registry = "/wheels"', path.read_text())
    path.write_text(text.replace(str(index), "/wheels"))


def test_the_image_serves(orders: Orders, postgresql: Database) -> None:
    written = run("bootctl init docker make", orders.root, orders.env)
    assert written.code == 0, written.output
    dockerfile = orders.root / "Dockerfile"
    text = dockerfile.read_text()
    assert 'CMD ["uvicorn", "orders.main:app",' in text
    # The host's network is the container's here.
    dockerfile.write_text(text.replace("8000", orders.env["ROBYN_PORT"]))
    *before, boot = re.findall(r"(?m)^  (m.*)$", written.output)
    for command in before:
        done = run(command, orders.root, orders.env)
        assert done.code == 0, done.output
    booted = run(boot, orders.root, orders.env)
    assert booted.code is None, booted.output
    assert '"event": "verify.clean"' in booted.output
    assert '"pythonpath": "/app/src"' in booted.output
    assert postgresql.tables() == {"users", "alembic_version"}
