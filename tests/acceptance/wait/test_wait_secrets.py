"""Any URL that is waited for is understood or refused with a reason, and shows no password."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bootctl.database.url import parse
from bootctl.errors import SettingsError
from bootctl.wait import schemes
from tests.support.processes.forked import bootctl
from tests.support.servers.ports import free_port

LOCAL = ("sqlite", "unix", "file", "redis+unix", "redis+socket")
SCHEMES = [scheme for scheme in schemes.SCHEMES if scheme not in LOCAL and scheme != "dns"]
QUICKLY = ("--set", "wait.timeout=0.3")
POSITIONS = (
    "{scheme}://app:{password}@127.0.0.1:{port}/app",
    "{scheme}://:{password}@127.0.0.1:{port}",
    "{scheme}://127.0.0.1:{port}/app?password={password}",
    "{scheme}://app:{password}@127.0.0.1:{port}/app?sslpassword={password}&api_key={password}",
)
PASSWORDS = st.text(min_size=6, max_size=20).filter(
    lambda text: (
        not any(0xD800 <= ord(character) <= 0xDFFF or character == "\0" for character in text)
    )
)
CANARY = "Wolframite@Xylotomy:Quartzose/Pemmican%Obsidian'Kumquat\"Jacaranda#Fandango"


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """The port of a server that answers with whatever it is sent, as an error message may."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                while data := connection.recv(4096):
                    connection.sendall(data)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def forms(password: str) -> set[str]:
    """The encodings in which a password could be written."""
    written = {password, quote(password), quote(password, safe=""), quote_plus(password)}
    written |= {repr(password)[1:-1], json.dumps(password)[1:-1]}
    written |= {base64.b64encode(part.encode()).decode() for part in (password, f"app:{password}")}
    return written


def waits_silently(url: str, password: str) -> int:
    """The exit code of ``bootctl wait URL``, whose output has no form of the password."""
    result = bootctl("wait", url, *QUICKLY, cwd="/", env={"BOOTCTL__LOG__LEVEL": "debug"})
    output = result.stdout + result.stderr
    assert result.code == 0 or result.verdict["hint"]
    public = url.replace(quote(password, safe=""), "")
    for form in forms(password):
        assert form not in output or form in public, form
    return result.code


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_protocol_shows_a_password(scheme: str, echo: int) -> None:
    for port in (free_port(), echo):
        url = POSITIONS[0].format(scheme=scheme, password=quote(CANARY, safe=""), port=port)
        codes = {3} if scheme.startswith("memcached") else {0, 11, 12}  # 3: it takes no login
        assert waits_silently(url, CANARY) in codes


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SCHEMES), st.sampled_from(POSITIONS), PASSWORDS)
def test_no_password_is_shown_wherever_it_stands(scheme: str, position: str, password: str) -> None:
    url = position.format(scheme=scheme, password=quote(password, safe=""), port=1)
    assert waits_silently(url, password) in (3, 11, 12)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([*schemes.SCHEMES, "gopher", ""]),
    st.text(alphabet=":/@[]?#%&=+.,-019azé \n\t", max_size=30),
)
@example("kafka", "a:1,b:port")
@example("kafka", "a:1,,b")
@example("nats", "u:p@a,b@c")
@example("http", "a#status=abc")
@example("https", "a#other=1")
@example("smtp", "")
@example("unix", "relative")
@example("file", "/")
@example("postgresql", "h/d?port=x")
def test_any_text_is_a_target_or_refused_with_a_reason(scheme: str, rest: str) -> None:
    text = f"{scheme}://{rest}"
    try:
        probe = schemes.create(parse(text))
    except SettingsError as refusal:
        reason = f"{refusal.exit_code} {refusal.message} {refusal.hint}"
    else:
        reason = f"3 {probe.target} {probe.depth}"
    assert reason.startswith("3 ")
    assert all(reason.split(" ", 2))
