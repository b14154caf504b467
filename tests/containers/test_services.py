"""The reference services as containers: the same stories, on PostgreSQL and Redis, without root."""

import pytest

from tests.support.containers.images import service_image
from tests.support.containers.running import HARDENED, started
from tests.support.databases.fresh import Database
from tests.support.servers.kinds import REDIS
from tests.support.servers.own_server import PASSWORD, shared
from tests.support.servers.standard import free_port
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, variables

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.mark.parametrize("name", NAMES)
def test_a_container_tells_the_same_stories(name: str, postgresql: Database) -> None:
    port = free_port()
    given = {
        **variables(postgresql),
        "ROBYN_PORT": str(port),
        "SETTINGS__ENVIRONMENT": "production",
        "SETTINGS__AUTHENTICATION__TOKEN_SECRET": "t" * 32,
        "SETTINGS__AUTHENTICATION__SESSION_SECRET": "s" * 32,
        "SETTINGS__CACHE__USE_FAKE": "false",
        "SETTINGS__CACHE__HOST": "127.0.0.1",
        "SETTINGS__CACHE__PORT": str(shared(REDIS).port),
        "SETTINGS__CACHE__PASSWORD": PASSWORD,
        "SETTINGS__LOGGING__FILE": "",
    }
    with started(service_image(f"examples/{name}"), env=given, options=HARDENED) as container:
        container.until_it_serves(port)
        for story in stories.STORIES:
            story(Client(port))
