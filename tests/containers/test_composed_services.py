"""The composed stack of each reference service: `make up`, the end-to-end suite, `make down`.

It needs podman, buildah and podman-compose, which stand for ``docker`` and ``docker compose``: the
service's image, the networks, the names in them, the volume and the ports are what compose.yaml says. The
images of PostgreSQL, Valkey and Mailpit cannot be pulled here, and Debian's programs stand in for them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.containers import docker
from tests.support.containers.beside import override
from tests.support.containers.entrypoints import run
from tests.support.containers.images import podman
from tests.support.processes.spawned import environment
from tests.support.projects.robyn_config import with_programs
from tests.support.servers.ports import free_port
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, copied

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

SECRETS = {
    "SETTINGS__AUTHENTICATION__TOKEN_SECRET": "t" * 32,
    "SETTINGS__AUTHENTICATION__SESSION_SECRET": "s" * 32,
    "SETTINGS__DATABASE__PASSWORD": "a password of the composed database",
}


MAILED = re.compile(r"Subject: ([^\x1b\n]+)")
"""In a log whose lines podman-compose colours."""


@dataclass(frozen=True)
class Stack:
    """A copy of a service, and what its commands are run with."""

    project: Path
    port: int
    variables: Mapping[str, str]

    def run(self, command: str) -> str:
        """What a command of its Makefile's reader prints; it must succeed."""
        done = run(command, self.project, self.variables)
        assert done.code == 0, done.output
        return done.output

    def logs(self, name: str) -> str:
        """What one of its containers has written."""
        return self.run(f"docker compose logs {name}")


@contextmanager
def stack(name: str, place: Path) -> Iterator[Stack]:
    """The stack of a copy of a service, which is not up yet; removed afterwards, with its volume."""
    project, port, own = copied(name, place), free_port(), f"bootctl-test-{name}"
    requirements = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    path = docker.install(place / "bin", *requirements["dependencies"])
    docker.give_wheel(project, *requirements["dependencies"])
    (project / ".env").write_text("".join(f'{key}="{SECRETS[key]}"\n' for key in SECRETS))
    (project / "compose.override.yaml").write_text(override(own, port))
    programs = with_programs()
    variables = {
        **environment(programs),
        "PATH": f"{path}:{programs['PATH']}",
        "COMPOSE_FILE": "compose.yaml:compose.override.yaml",
        "COMPOSE_PROJECT_NAME": own,
        "URL": f"http://127.0.0.1:{port}",
    }
    made = Stack(project, port, variables)
    try:
        yield made
    finally:
        made.run("docker compose down --volumes")
        podman("rmi", "--force", "--ignore", f"localhost/{own}")


@pytest.mark.parametrize("name", NAMES)
def test_the_composed_stack_tells_the_same_stories(name: str, tmp_path: Path) -> None:
    with stack(name, tmp_path) as composed:
        composed.run("make up")
        assert "1 passed" in composed.run("make e2e")
        for story in stories.STORIES:
            story(Client(composed.port))
        log = composed.logs("desk")
        for target in ("smtp://mailing:1025", "redis://cache:6379/0", "@database:5432"):
            assert re.search(rf'"wait.ready".*{re.escape(target)}', log), log
        assert " ERROR " not in log, log
        assert not any(secret in log for secret in SECRETS.values()), log
        mailed = set(MAILED.findall(composed.logs("mailing")))
        assert mailed == {"Welcome", "Resolved: The printer is out of paper"}
        composed.run("make down")
