"""Each kind of server that a service depends on, in the states that a container finds it in."""

import asyncio
import socket
import ssl
import threading
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootctl.wait.connection import ATTEMPT_SECONDS
from tests.support.processes import forked, spawned, waits
from tests.support.processes.prompt import PROMPT_SECONDS, promptly
from tests.support.processes.waits import READY, Events, each, hurry, of_another_protocol, outcome
from tests.support.servers import certificates
from tests.support.servers.kinds import (
    HTTPS,
    MARIADB,
    PEERS,
    POSTGRESQL,
    QUICKEST,
    RABBITMQ,
    others_of,
)
from tests.support.servers.own_server import PASSWORD, Peer, prepared, shared

GUARDED = [peer for peer in PEERS if peer.has_login]


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """The events that are logged; the servers' certificates are trusted meanwhile."""
    waits.trust(monkeypatch, certificates.authority_file())
    yield waits.recorded(monkeypatch)
    waits.trusted.cache_clear()


# Ready means usable.


def use_postgresql(url: str) -> None:
    import psycopg2

    psycopg2.connect(url).cursor().execute("CREATE TEMPORARY TABLE x (id int)")


def use_mariadb(url: str) -> None:
    import pymysql

    at = urlsplit(url)
    options = {"user": at.username, "password": at.password, "database": at.path[1:]}
    connection = pymysql.connect(host=at.hostname, port=at.port or 0, **options)
    connection.cursor().execute("CREATE TABLE IF NOT EXISTS x (id int)")
    connection.close()


def use_redis(url: str) -> None:
    import redis

    assert redis.Redis.from_url(url).set("x", "y")


def use_rabbitmq(url: str) -> None:
    import aio_pika

    async def publish() -> None:
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("x", auto_delete=True)
            await channel.default_exchange.publish(aio_pika.Message(b"y"), queue.name)
            assert (await queue.get(timeout=5)).body == b"y"

    asyncio.run(publish())


def use_nats(url: str) -> None:
    import nats

    async def publish() -> None:
        client = await nats.connect(url, allow_reconnect=False)
        subscription = await client.subscribe("x")
        await client.publish("x", b"y")
        assert (await subscription.next_msg(5)).data == b"y"
        await client.close()

    asyncio.run(publish())


def use_memcached(url: str) -> None:
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port or 0), timeout=5) as client:
        client.sendall(b"set x 0 0 1\r\ny\r\nget x\r\n")
        answer = b""
        while not answer.endswith(b"END\r\n"):
            answer += client.recv(100)
    assert answer == b"STORED\r\nVALUE x 0 1\r\ny\r\nEND\r\n"


def use_tansu(url: str) -> None:
    import aiokafka

    async def names_of_brokers() -> None:
        consumer = aiokafka.AIOKafkaConsumer(bootstrap_servers=urlsplit(url).netloc)
        await consumer.start()
        assert isinstance(await consumer.topics(), set)
        await consumer.stop()

    asyncio.run(names_of_brokers())


def use_kafka(url: str) -> None:
    from aiokafka.client import AIOKafkaClient

    at = urlsplit(url)

    async def bootstrap() -> None:
        client = AIOKafkaClient(
            bootstrap_servers=f"{at.hostname}:{at.port}",
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username=at.username,
            sasl_plain_password=at.password,
        )
        await client.bootstrap()
        assert client.cluster.brokers()
        await client.close()

    asyncio.run(bootstrap())


def use_mongodb(url: str) -> None:
    import pymongo

    with pymongo.MongoClient(url) as client:
        assert client.list_database_names() == ["admin"]


def use_neo4j(url: str) -> None:
    import neo4j

    at = urlsplit(url)
    address = f"{at.scheme}://{at.hostname}:{at.port}"
    with (
        neo4j.GraphDatabase.driver(address, auth=(at.username, at.password)) as driver,
        driver.session(database=at.path[1:]) as session,
    ):
        assert session.run("RETURN 2 AS x").single()["x"] == 2


def use_smtp(url: str) -> None:
    import smtplib

    at = urlsplit(url)
    with smtplib.SMTP(at.hostname, at.port) as client:
        client.login(at.username, at.password)
        client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\ny\r\n")


def use_https(url: str) -> None:
    at = urlsplit(url)
    login = b64encode(f"{at.username}:{at.password}".encode()).decode()
    request = urllib.request.Request(f"https://127.0.0.1:{at.port}{at.path}")
    request.add_header("Authorization", f"Basic {login}")
    with urllib.request.urlopen(request, context=ssl.create_default_context()) as answer:
        assert answer.read() == b"it is ready"


USES: dict[str, Callable[[str], None]] = {
    peer.name: globals()[f"use_{peer.name}"] for peer in PEERS
}


@each(*PEERS)
def test_started_late_it_is_usable_when_it_is_ready(peer: Peer, events: Events) -> None:
    with prepared(peer) as server:
        events.at_first_retry(server.start)
        assert outcome(server.url(), timeout=30) == READY
        USES[peer.name](server.url())
    assert events[0]["cause"] == "refused connection"
    assert events[-1]["event"] == "wait.ready"
    assert events[-1]["depth"] == "query"


@each(*PEERS)
def test_stopped_it_is_not_ready(peer: Peer) -> None:
    server = shared(peer)
    assert outcome(server.url(), timeout=30) == READY
    try:
        server.stop()
        assert outcome(server.url(), timeout=0.3) == ("not ready", "refused connection")
    finally:
        server.start()
        server.listen()


@each(*PEERS)
def test_paused_it_is_not_ready_until_it_goes_on(peer: Peer) -> None:
    server = shared(peer)
    assert outcome(server.url(), timeout=30) == READY
    going_on = threading.Timer(0.3, server.resume)
    try:
        server.pause()
        with promptly(ATTEMPT_SECONDS):
            assert outcome(server.url(), timeout=0.7) == ("not ready", "timeout")
        going_on.start()
        assert outcome(server.url(), timeout=30) == READY
    finally:
        going_on.cancel()
        server.resume()


@each(*PEERS)
def test_a_silent_port_is_not_ready(peer: Peer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, promptly(ATTEMPT_SECONDS):
        url = peer.url(silent.getsockname()[1])
        assert outcome(url, timeout=0.7) == ("not ready", "timeout")


@pytest.mark.parametrize("peer", [pytest.param(peer, id=peer.name) for peer in PEERS])
def test_a_port_of_another_protocol_is_not_ready(peer: Peer) -> None:
    of_another_protocol(peer, others_of(peer, among=QUICKEST))


@pytest.mark.slow
@pytest.mark.parametrize("peer", [pytest.param(peer, id=peer.name) for peer in PEERS])
def test_a_port_of_another_database_or_broker_is_not_ready(peer: Peer) -> None:
    of_another_protocol(peer, others_of(peer, among=(POSTGRESQL, MARIADB, RABBITMQ)))


@each(*GUARDED)
def test_a_wrong_password_is_refused(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    url = shared(peer).url(password="canary-wrong")
    assert outcome(url, timeout=5) == ("refused", "credentials")


@each(*[peer for peer in PEERS if peer.unknown])
def test_an_unknown_database_is_refused(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    url = shared(peer).url(database=peer.unknown)
    assert outcome(url, timeout=5) == ("refused", "unknown database")


# As a user runs it.


@each(*PEERS)
def test_bootctl_wait_says_how_far_it_looked(peer: Peer, tmp_path: Path) -> None:
    result = forked.bootctl("wait", shared(peer).url(), cwd=tmp_path)
    assert result.code == 0
    [line] = result.events("wait.ready")
    assert line["depth"] == "query"
    assert line["target"].startswith(peer.template.partition(":")[0])
    assert PASSWORD not in result.stdout + result.stderr
    assert result.lines


@each(*GUARDED, slow=True)
def test_bootctl_wait_ends_within_seconds_on_a_wrong_password(peer: Peer, tmp_path: Path) -> None:
    url = shared(peer).url(password="canary-wrong")
    with promptly():
        result = spawned.bootctl("wait", url, cwd=tmp_path)
    assert result.code == 12
    [target] = result.verdict["targets"]
    assert (target["state"], target["cause"]) == ("refused", "credentials")
    assert "canary" not in result.stdout + result.stderr


@each(*PEERS, slow=True)
def test_bootctl_wait_ends_at_the_deadline_on_a_silent_port(peer: Peer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = peer.url(silent.getsockname()[1])
        with promptly():
            result = spawned.bootctl("wait", "--set", "wait.timeout=1", url, cwd=tmp_path)
    assert result.code == 11
    [target] = result.verdict["targets"]
    assert (target["state"], target["cause"]) == ("not ready", "timeout")


@pytest.mark.slow
def test_bootctl_wait_waits_for_all_at_once(tmp_path: Path) -> None:
    servers = [shared(peer) for peer in PEERS]
    with prepared(HTTPS) as late:
        starting = threading.Timer(2, late.start)
        starting.start()
        urls = [server.url() for server in (*servers, late)]
        result = spawned.bootctl("wait", *urls, cwd=tmp_path)
        starting.join()
    assert result.code == 0
    ready = result.events("wait.ready")
    assert len(ready) == len(urls)
    assert {line["depth"] for line in ready} == {"query"}
    assert max(line["duration_ms"] for line in ready) < 1000 * PROMPT_SECONDS
