"""The reference services as containers: the same stories, on each database and Redis, without root."""

from collections.abc import Mapping

import pytest

from tests.support.containers.images import EXTRAS, service_image
from tests.support.containers.running import HARDENED, started
from tests.support.servers.kinds import REDIS
from tests.support.servers.own_server import PASSWORD, shared
from tests.support.servers.ports import free_port
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, variables

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("name", NAMES)
def test_a_container_tells_the_same_stories(
    name: str, kind: str, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    given = {
        **_database(kind, request),
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
    image = service_image(f"examples/{name}", f"EXTRAS={EXTRAS}")
    with started(image, env=given, options=HARDENED) as container:
        container.until_it_serves(port)
        for story in stories.STORIES:
            story(Client(port))


def _database(kind: str, request: pytest.FixtureRequest) -> Mapping[str, str]:
    if kind == "sqlite":  # in the one place that can be written
        return {"SETTINGS__DATABASE__NAME": "/tmp/desk"}
    return variables(request.getfixturevalue(kind))
