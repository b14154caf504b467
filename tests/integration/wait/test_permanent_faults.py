"""What no waiting mends ends a wait at once, and is named: whatever the driver, and the server's state."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bootctl.config.settings import Wait
from bootctl.database.url import parse
from bootctl.errors import RefusedError, SettingsError
from bootctl.wait import loop, schemes
from bootctl.wait.connection import trusted
from tests.support.processes.waits import trust
from tests.support.servers import standard
from tests.support.servers.certificates import certificate
from tests.support.servers.kinds import HTTPS, REDIS
from tests.support.servers.own_server import own, shared
from tests.support.servers.ports import free_port

QUICK_SECONDS = 3
POSTGRESQL = ("postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "postgresql")
MYSQL = ("mysql+pymysql", "mysql+aiomysql", "mysql")
OPTIONS = [
    *(
        (scheme, "sslmode=verify-full&sslrootcert=/no-such/ca.pem", "ca.pem")
        for scheme in POSTGRESQL
    ),
    *((scheme, "sslmode=verify-ca&sslrootcert={garbage}", "garbage") for scheme in POSTGRESQL),
    *((scheme, "sslmode=bogus", "sslmode") for scheme in POSTGRESQL),
    *((scheme, "ssl=bogus", "ssl") for scheme in POSTGRESQL),
    *((scheme, "no_such_option=1", "no_such_option") for scheme in POSTGRESQL),
    *((scheme, "target_session_attrs=bogus", "target_session_attrs") for scheme in POSTGRESQL),
    *((scheme, "ssl_ca=/no-such/ca.pem", "ca.pem") for scheme in MYSQL),
    *((scheme, "ssl_ca={garbage}", "garbage") for scheme in MYSQL),
    *((scheme, "ssl_ca={folder}", "folder") for scheme in MYSQL),
    *((scheme, "ssl=bogus", "ssl") for scheme in MYSQL),
    *((scheme, "no_such_option=1", "no_such_option") for scheme in MYSQL),
    ("rediss", "ssl_ca_certs=/no-such/ca.pem", "ca.pem"),
    ("rediss", "ssl_certfile=/no-such/cert.pem&ssl_keyfile=/no-such/key.pem", "cert.pem"),
    ("redis", "no_such_option=1", "no_such_option"),
    ("amqps", "cafile=/no-such/ca.pem", "ca.pem"),
    ("mongodb", "tls=true&tlsCAFile=/no-such/ca.pem", "ca.pem"),
]
OF_A_SERVER_THAT_IS_DOWN = [
    case
    for case in OPTIONS
    if "target_session" not in case[1]
    and (case[0], case[2]) != ("postgresql+asyncpg", "no_such_option")  # the server would say so
]
PORTS = {"postgresql": 5432, "mysql": 3306}


@pytest.fixture
def filled(tmp_path: Path) -> Callable[[str], str]:
    """Names files in the place of those that a query asks for."""
    (tmp_path / "garbage").write_text("no certificate")
    (tmp_path / "folder").mkdir()
    return lambda text: text.format(garbage=tmp_path / "garbage", folder=tmp_path / "folder")


def fault(url: str) -> str:
    """What ends the wait for ``url``, at once."""
    started = time.monotonic()
    with pytest.raises((SettingsError, RefusedError)) as raised:
        loop.wait_for([schemes.create(parse(url))], Wait(timeout=20))
    assert time.monotonic() - started < QUICK_SECONDS
    return raised.value.message


def address(scheme: str) -> str:
    """A server that is up, which speaks no TLS."""
    kind = scheme.partition("+")[0]
    if kind not in PORTS:
        return f"127.0.0.1:{shared(REDIS).port}"
    server = standard.server("mariadb" if kind == "mysql" else kind)
    return f"{server.user}@{server.host}:{server.port}/{'mysql' if kind == 'mysql' else 'postgres'}"


@pytest.mark.parametrize(("scheme", "query", "named"), OPTIONS)
def test_what_a_driver_cannot_use_is_named_at_once(
    filled: Callable[[str], str], scheme: str, query: str, named: str
) -> None:
    slash = "" if "/" in address(scheme) else "/"
    assert named in fault(f"{scheme}://{address(scheme)}{slash}?{filled(query)}")


@pytest.mark.parametrize(("scheme", "query", "named"), OF_A_SERVER_THAT_IS_DOWN)
def test_it_is_named_before_the_server_is_up(
    filled: Callable[[str], str], scheme: str, query: str, named: str
) -> None:
    assert named in fault(f"{scheme}://app@127.0.0.1:{free_port()}/app?{filled(query)}")


@pytest.mark.parametrize("scheme", POSTGRESQL)
@pytest.mark.parametrize(
    ("variable", "value"),
    [("PGSSLMODE", "bogus"), ("PGPORT", "bogus"), ("PGTARGETSESSIONATTRS", "bogus")],
)
def test_a_variable_of_libpq_is_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    server = standard.server("postgresql")
    said = fault(f"{scheme}://{server.user}@{server.host}/postgres").lower()
    assert "bogus" in said or variable.lower() in said or "sslmode" in said


@pytest.mark.parametrize(
    ("scheme", "query"),
    [
        ("postgresql+psycopg", "sslmode=require"),
        ("postgresql+psycopg2", "sslmode=require"),
        ("postgresql+asyncpg", "ssl=require"),
    ],
)
def test_a_server_without_tls_is_a_refusal(scheme: str, query: str) -> None:
    assert "SSL" in fault(f"{scheme}://{address(scheme)}?{query}")


@pytest.mark.parametrize("authority", ["/no-such/ca.pem", "{garbage}"])
def test_an_authority_of_the_environment_is_named(
    filled: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, authority: str
) -> None:
    with own(HTTPS, "--certificate", certificate()) as server:
        trust(monkeypatch, filled(authority))
        try:
            assert Path(filled(authority)).name in fault(f"https://127.0.0.1:{server.port}/")
        finally:
            trusted.cache_clear()


@pytest.mark.parametrize(
    ("given", "said"),
    [("postgresql://app:word\n@h/app", "\\n"), ("postgresql://app:wo\trd@h/app", "\\t")],
)
def test_a_control_character_in_a_url_is_shown_escaped(given: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse(given, name="database.url")
    assert said in raised.value.message
    assert "word" not in raised.value.message


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\0", "\x1b", "\ufeff", "\u200b", "\u2028"])
def test_what_ends_a_url_is_no_part_of_it(end: str) -> None:
    assert parse(f"{end}postgresql://app@h/app{end}") == parse("postgresql://app@h/app")


@pytest.mark.parametrize(
    ("scheme", "driver"),
    [
        ("postgresql+psycopg", "psycopg"),
        ("postgresql+psycopg_async", "psycopg"),
        ("postgresql+psycopg2", "psycopg2"),
        ("postgresql+asyncpg", "asyncpg"),
        ("postgresql+pg8000", None),
        ("mysql+pymysql", "pymysql"),
        ("mysql+aiomysql", "pymysql"),
        ("mariadb+pymysql", "pymysql"),
        ("mysql+mysqlconnector", None),
    ],
)
def test_the_driver_of_the_url_asks(scheme: str, driver: str | None) -> None:
    """Another one reads other files, and other variables; without it, the answer goes no deeper."""
    probe = schemes.create(parse(f"{scheme}://app@127.0.0.1/app"))
    assert vars(probe)["_driver"] == driver
    assert probe.depth == ("query" if driver else "handshake")
