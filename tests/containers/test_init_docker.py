"""Projects made by robyn-config, in containers: by the commands that ``bootctl init`` prints and the
READMEs show."""

import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.support.containers import docker
from tests.support.containers.entrypoints import Ran, console, run, serves
from tests.support.containers.images import base_image, podman
from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.projects import robyn_config
from tests.support.projects.robyn_config import Made, with_programs
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

DESIGNS = {"sqlalchemy": "ddd", "tortoise": "mvc"}
# What no ORM has a part in is run on one.
one_orm = pytest.mark.parametrize("shop", ["sqlalchemy"], indirect=True)
# The services beside it have images that cannot be pulled here: their names lead to this machine's.
OVERRIDE = """\
services:
  {name}:
    network_mode: host
    extra_hosts: [database:127.0.0.1, cache:127.0.0.1, mailing:127.0.0.1]
    environment: {{ROBYN_PORT: "{port}"}}
  database: &beside
    image: {image}
    network_mode: host
    command: [sleep, infinity]
  cache: *beside
  mailing: *beside
"""


@dataclass(frozen=True)
class Shop:
    """A project, its first migration committed, and the environment to run commands in."""

    made: Made
    database: Database
    env: dict[str, str]

    @property
    def name(self) -> str:
        """What its image and its service are called."""
        return f"bootctl-test-{self.made.orm}"

    def run(self, command: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run a command of a README, for this project's name."""
        command = re.sub(r"\bnotes\b", self.name, command)
        return run(command, self.made.root, {**self.env, **(env or {})})


@pytest.fixture(scope="module", params=DESIGNS)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    place = tmp_path_factory.mktemp("shop")
    made = robyn_config.create(request.param, DESIGNS[request.param], place / "project")
    pyproject = made.root / "pyproject.toml"
    text = pyproject.read_text()
    pyproject.write_text(text.replace('name = "shop"', f'name = "bootctl-test-{made.orm}"'))
    (made.root / "uv.lock").unlink()  # of wheels that are not there: see test_init_asgi
    dependencies = tomllib.loads(text)["project"]["dependencies"]
    path = docker.install(place / "bin", *dependencies)
    docker.give_wheel(made.root, *dependencies)
    with fresh.fresh("postgresql", place) as database:
        port = str(free_port())
        made.commit_first_migration(robyn_config.settings(database))
        named = {**robyn_config.settings(database), "SETTINGS__CACHE__USE_FAKE": "true"}
        variables = {**named, "ROBYN_PORT": port}
        lines = (f"{key}={value}\n" for key, value in variables.items())
        (made.root / ".env").write_text("".join(lines))
        programs = with_programs()
        env = {**programs, "PATH": f"{path}:{programs['PATH']}", "ROBYN_PORT": port}
        shop = Shop(made, database, env)
        yield shop
        podman("rmi", "--force", "--ignore", f"localhost/{shop.name}")


@contextmanager
def mail_server() -> Iterator[None]:
    """A mail server where the composition has one."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=1025)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def until_it_is_gone(shop: Shop) -> None:
    """Return once no container of its image is left: podman removes what has ended a little later."""
    ours = ("ps", "--all", "--quiet", "--filter", f"ancestor=localhost/{shop.name}")
    deadline = time.monotonic() + 20
    while podman(*ours).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_commands_that_are_printed_build_and_boot_it(shop: Shop) -> None:
    written = shop.run("bootctl init docker make")
    assert written.code == 0, written.output
    *before, boot = re.findall(r"(?m)^  (m.*)$", written.output)
    for command in before:
        done = shop.run(command)
        assert done.code == 0, done.output
    booted = shop.run(boot)
    assert booted.code is None, booted.output
    assert '"event": "verify.clean"' in booted.output
    assert '"event": "drain.done"' in booted.output
    assert shop.database.tables() == shop.made.tables
    until_it_is_gone(shop)


@one_orm
def test_the_commands_of_docker(shop: Shop) -> None:
    for command in console("docker"):
        ran = shop.run(command)
        assert ran.code == (None if " run " in command else 0), f"{command}: {ran.output}"
    until_it_is_gone(shop)


@one_orm
def test_the_commands_of_compose(shop: Shop) -> None:
    override = OVERRIDE.format(name=shop.name, port=shop.env["ROBYN_PORT"], image=base_image())
    (shop.made.root / "compose.override.yaml").write_text(override)
    env = {"COMPOSE_FILE": "compose.yaml:compose.override.yaml"}
    logged = ""
    with mail_server():
        try:
            for command in console("compose"):
                ran = shop.run(command, env)
                assert ran.code == 0, f"{command}: {ran.output}"
                logged += ran.output
                if " up " in command:
                    until_it_serves(shop, env)
        finally:
            shop.run("docker compose down --volumes", env)
    for target in ("smtp://mailing:1025", "redis://cache:6379/0", "@database:5432"):
        assert re.search(rf'"wait.ready".*{re.escape(target)}', logged), logged
    until_it_is_gone(shop)


def until_it_serves(shop: Shop, env: Mapping[str, str]) -> None:
    deadline = time.monotonic() + 60
    while not serves(shop.env["ROBYN_PORT"]):
        assert time.monotonic() < deadline, shop.run("docker compose logs", env).output
        time.sleep(0.1)
