"""RabbitMQ through each of the client libraries that a service may have."""

from typing import Any

import pytest

from bootctl.config.settings import Wait
from bootctl.database.url import parse
from bootctl.wait import schemes
from bootctl.wait.loop import wait_for
from bootctl.wait.probes import rabbitmq
from tests.support.processes import waits
from tests.support.processes.waits import READY, Outcome
from tests.support.servers import kinds
from tests.support.servers.own_server import Server, shared
from tests.support.servers.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("driver", rabbitmq.DRIVERS)]


@pytest.fixture(scope="module")
def server() -> Server:
    """A broker whose login works."""
    broker = shared(kinds.RABBITMQ)
    wait_for([schemes.create(parse(broker.url()))], Wait(timeout=60))
    return broker


@pytest.fixture(autouse=True)
def only(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the libraries only this one is there, and a refusal does not take seconds."""
    monkeypatch.setattr(rabbitmq, "installed", lambda names: driver)
    waits.hurry(monkeypatch)


def answer(url: str, **settings: Any) -> Outcome:
    return waits.outcome(url, timeout=5, **settings)


def test_a_login_is_ready(server: Server) -> None:
    assert answer(server.url()) == READY


def test_a_wrong_password_is_refused(server: Server) -> None:
    assert answer(server.url(password="wrong")) == ("refused", "credentials")


def test_an_unknown_virtual_host_is_refused(server: Server) -> None:
    url = server.url(database=kinds.RABBITMQ.unknown)
    assert answer(url) == ("refused", "unknown database")


def test_a_closed_port_is_not_ready() -> None:
    url = kinds.RABBITMQ.url(free_port())
    assert waits.outcome(url, timeout=0.3) == ("not ready", "refused connection")
