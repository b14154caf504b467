"""One suite over all reference services: booted by bootctl, asked over HTTP."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import redis

from tests.support.databases.fresh import Database
from tests.support.manual import blocks
from tests.support.servers.kinds import REDIS
from tests.support.servers.own_server import PASSWORD, shared
from tests.support.servers.standard import Booted, booted
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, copied, variables

IN_LONG_SUITE = (
    "ddd-sqlalchemy-postgresql",
    "mvc-aerich-mariadb",
    "mvc-tortoise-postgresql",
)
VERSION_TABLES = {
    "ddd-sqlalchemy": "alembic_version",
    "mvc-aerich": "aerich",
    "mvc-tortoise": "tortoise_migrations",
}
SECRET_WORDS = re.compile(r"correct horse|Bearer \S|eyJ|desk_session=|INSERT INTO|SELECT ")


def followed(page: Path, port: int) -> str:
    """What the commands of a page print, which are written for port 8000."""
    [block] = (block for block in blocks(page) if block.language == "console")
    lines = (command.line for command in block.commands())
    script = "\n".join(lines).replace("localhost:8000", f"127.0.0.1:{port}")
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def logged(service: Booted) -> str:
    """What the service itself has logged: the rest of the output is bootctl's."""
    lines = service.log.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("{"))


def tells_every_story(project: Path, service: Booted) -> None:
    printed = followed(project / "README.md", service.port)
    assert [re.findall(r'"state":"(\w+)"', printed)] == [
        ["open", "in_progress", "resolved", "closed"]
    ]
    client = Client(service.port)
    for story in stories.STORIES:
        story(client)
    log = logged(service)
    assert re.search(r" given-1 GET /nope 404 ", log)
    assert not SECRET_WORDS.search(log), log
    assert " ERROR " not in log, log


def what_the_database_has_wrong_is_not_the_clients_fault(project: Path, service: Booted) -> None:
    client = Client(service.port).registered("zac")
    ticket = client.opened()
    database = Database("sqlite", str(project / "desk.db"))
    database.execute(f"UPDATE tickets SET state = 'lost' WHERE id = {ticket}")
    assert client.get(f"/tickets/{ticket}").refusal() == (500, "internal")
    assert "lost" not in json.dumps(client.get("/tickets").content)


@pytest.mark.parametrize("name", NAMES)
def test_on_sqlite_with_nothing_else(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    with booted(project, {}) as service:
        assert service.is_the_server()
        tells_every_story(project, service)
        assert (project / "logs/desk.log").read_text() == logged(service)
        what_the_database_has_wrong_is_not_the_clients_fault(project, service)
    assert Database("sqlite", str(project / "desk.db")).tables() == {
        "tickets",
        "users",
        VERSION_TABLES[name],
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
@pytest.mark.parametrize("name", NAMES)
def test_on_servers(name: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    project = copied(name, tmp_path)
    cache = shared(REDIS)
    named = {
        **variables(request.getfixturevalue(kind)),
        "SETTINGS__CACHE__USE_FAKE": "false",
        "SETTINGS__CACHE__HOST": "127.0.0.1",
        "SETTINGS__CACHE__PORT": str(cache.port),
        "SETTINGS__CACHE__DB": "1",
        "SETTINGS__CACHE__PASSWORD": PASSWORD,
    }
    with booted(project, named) as service:
        tells_every_story(project, service)
        Client(service.port).registered("zoe").get("/tickets/summary")
        with redis.Redis.from_url(cache.url()) as entries:
            assert set(entries.keys("tickets:*")) == {b"tickets:summary"}
            assert 0 < entries.ttl("tickets:summary") <= 60
            entries.flushdb()
