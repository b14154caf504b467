"""What listens and is not ready yet: starting, loading, in recovery, read-only, not healthy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.support.processes import spawned, waits
from tests.support.processes.waits import READY, Events, each, outcome
from tests.support.servers import certificates, standard
from tests.support.servers.kinds import (
    HTTP,
    HTTPS,
    KAFKA,
    MARIADB,
    MONGODB,
    NEO4J,
    POSTGRESQL,
    SMTP,
    USER,
    loading_redis,
)
from tests.support.servers.own_server import PASSWORD, Peer, Server, own, prepared, shared

WRITABLE = "?target_session_attrs=read-write"
NOT_THERE = {"refused connection"}


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """The events that are logged; the servers' certificates are trusted meanwhile."""
    waits.trust(monkeypatch, certificates.authority_file())
    yield waits.recorded(monkeypatch)
    waits.trusted.cache_clear()


def causes(events: list[dict[str, Any]]) -> set[str]:
    return {line["cause"] for line in events if line["event"] == "wait.retry"}


@each(KAFKA, MONGODB, NEO4J, SMTP, HTTPS)
def test_starting_it_is_not_ready_until_it_has_started(peer: Peer, events: Events) -> None:
    # pymongo itself asks for a second before it says anything.
    with prepared(peer, "--starting", 2 if peer is MONGODB else 1) as server:
        server.start()
        assert outcome(server.url(), timeout=30) == READY
    assert causes(events) - NOT_THERE == {"status" if peer is HTTPS else "starting"}


def test_loading_redis_is_not_ready_until_it_has_loaded(events: Events) -> None:
    with loading_redis() as server:
        assert outcome(server.url(), timeout=30) == READY
    assert causes(events) - NOT_THERE == {"loading"}


@pytest.mark.slow
def test_loading_redis_as_a_user_sees_it(tmp_path: Path) -> None:
    with loading_redis(seconds=3) as server:
        result = spawned.bootctl("wait", server.url(), cwd=tmp_path)
    assert result.code == 0
    events = {line["event"] for line in result.lines if line["stage"] == "wait"}
    assert events == {"wait.retry", "wait.ready"}
    assert causes(result.lines) - NOT_THERE == {"loading"}


@pytest.mark.slow
def test_a_mariadb_that_runs_its_first_statements_is_silent() -> None:
    with prepared(MARIADB) as server:
        with (server.folder / "first.sql").open("a") as first:
            first.write("DO SLEEP(2);\n")
        server.start()
        server.listen()
        assert outcome(server.url(), timeout=0.5) == ("not ready", "timeout")
        assert outcome(server.url(), timeout=30) == READY


# PostgreSQL in recovery.


def standby(server: Server) -> None:
    """Start it as a standby of nobody, which it is until it is promoted."""
    (server.folder / "data" / "standby.signal").touch()
    server.start()
    server.listen()


def promote(server: Server) -> None:
    """Let it become a primary, in a while."""
    ctl = standard.postgresql_binary("pg_ctl")
    standard.run_unprivileged(ctl, "promote", "-W", "-D", server.folder / "data")


def test_a_standby_that_takes_no_queries_is_starting_until_it_is_promoted(events: Events) -> None:
    with prepared(POSTGRESQL, "-c", "hot_standby=off") as server:
        standby(server)
        assert outcome(server.url(), timeout=0.5) == ("not ready", "starting")
        events.at_first_retry(lambda: promote(server))
        assert outcome(server.url(), timeout=30) == READY
    assert causes(events) == {"starting"}


def test_a_standby_is_ready_to_be_read_and_not_to_be_written_until_it_is_promoted(
    events: Events,
) -> None:
    with prepared(POSTGRESQL) as server:
        standby(server)
        assert outcome(server.url(), timeout=30) == READY
        events.clear()
        events.at_first_retry(lambda: promote(server))
        assert outcome(server.url() + WRITABLE, timeout=30) == READY
    assert causes(events) == {"read-only"}


# Read-only.


def test_a_postgresql_whose_transactions_are_read_only_is_not_ready_where_it_must_be_written() -> (
    None
):
    with own(POSTGRESQL, "-c", "default_transaction_read_only=on") as server:
        assert outcome(server.url(), timeout=30) == READY
        assert outcome(server.url() + WRITABLE, timeout=0.3) == ("not ready", "read-only")


@pytest.mark.slow
def test_a_read_only_mariadb_is_not_ready_where_it_must_be_written(events: Events) -> None:
    with own(MARIADB, "--read-only") as server:
        assert outcome(server.url(), timeout=30) == READY
        assert outcome(server.url() + WRITABLE, timeout=0.3) == ("not ready", "read-only")
        login: dict[str, Any] = {"user": USER, "password": PASSWORD}
        connection = pymysql.connect(host="127.0.0.1", port=server.port, **login)
        connection.cursor().execute("SET GLOBAL read_only = 0")
        connection.close()
        assert outcome(server.url() + WRITABLE, timeout=30) == READY


@each(POSTGRESQL, MARIADB)
def test_what_may_be_written_is_ready_where_it_must_be(peer: Peer) -> None:
    assert outcome(shared(peer).url() + WRITABLE, timeout=30) == READY


# HTTP.


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/health#body=ready",
        "/health#status=200,3xx&body=ready",
        "/status/204",
        "/status/302",
        "/status/302#status=200,3xx",
        "/status/401#status=401",
        "/status/503#status=5xx",
    ],
)
def test_an_answer_that_is_expected_is_ready(path: str) -> None:
    assert outcome(shared(HTTP).url(database=path), timeout=30) == READY


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/status/404", "status"),
        ("/status/500", "status"),
        ("/status/204#status=200,3xx", "status"),
        ("/status/500#status=200,3xx&body=asked", "status"),
        ("/health#body=elsewhere", "body"),
        ("/status/302#status=200,3xx&body=ready", "body"),
    ],
)
def test_an_answer_that_is_not_expected_is_not_ready(path: str, kind: str) -> None:
    assert outcome(shared(HTTP).url(database=path), timeout=0.5) == ("not ready", kind)
