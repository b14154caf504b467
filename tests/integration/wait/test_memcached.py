"""What a memcached says that is busy, or that asks for a login."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import forked
from tests.support.processes.waits import outcome
from tests.support.servers import standard
from tests.support.servers.kinds import MEMCACHED
from tests.support.servers.own_server import own


@pytest.fixture
def login() -> Path:
    """A file with a login, which the server can read."""
    path = standard.folder() / "login"
    path.parent.chmod(0o755)
    path.write_text("app:canary\n")
    path.chmod(0o644)
    return path


def test_a_server_that_asks_for_a_login_is_refused(login: Path, tmp_path: Path) -> None:
    with own(MEMCACHED, "-Y", login) as server:
        result = forked.bootctl("wait", server.url(), cwd=tmp_path)
    assert result.code == 12
    [target] = result.verdict["targets"]
    assert (target["state"], target["cause"]) == ("refused", "credentials")
    assert "tcp://HOST:PORT" in result.verdict["message"]


def test_a_server_without_a_free_connection_is_not_ready() -> None:
    with own(MEMCACHED, "-c", "40", "-t", "1") as server, ExitStack() as clients:
        said = b"VERSION"
        while said.startswith(b"VERSION"):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            client.sendall(b"version\r\n")
            said = client.recv(100)
        assert outcome(server.url(), timeout=0.5) == ("not ready", "too many connections")


@pytest.mark.parametrize("url", ["memcached://app:canary@cache", "memcached+tls://app@cache:1"])
def test_a_login_is_a_settings_error(url: str, tmp_path: Path) -> None:
    result = forked.bootctl("wait", url, cwd=tmp_path)
    assert result.code == 3
    assert "tcp://HOST:PORT" in result.verdict["hint"]
    assert "canary" not in result.stdout + result.stderr


def test_the_port_is_11211_where_the_url_has_none() -> None:
    assert outcome("memcached://127.0.0.112", timeout=0.5) == ("not ready", "refused connection")
    with socket.create_server(("127.0.0.112", 11211)):
        assert outcome("memcached://127.0.0.112", timeout=0.5) == ("not ready", "timeout")
