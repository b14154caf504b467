"""TLS: a certificate that is trusted is ready, and one that is not is refused within seconds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from bootctl.wait.connection import trusted
from tests.support.processes import spawned, waits
from tests.support.processes.prompt import promptly
from tests.support.processes.waits import READY, Outcome, outcome
from tests.support.servers import certificates
from tests.support.servers.certificates import certificate
from tests.support.servers.kinds import (
    HTTPS,
    KAFKA,
    MARIADB,
    MEMCACHED,
    MONGODB,
    NATS,
    NEO4J,
    POSTGRESQL,
    RABBITMQ,
    REDIS,
    SMTP,
)
from tests.support.servers.own_server import PASSWORD, Peer, own, shared

REFUSED = ("refused", "tls")


@dataclass(frozen=True)
class Secured:
    """A kind of server, and how it is asked, and started, with TLS."""

    scheme: str
    peer: Peer
    options: Callable[[Path], list[object]]
    query: str = ""
    """With the file of the authority that is trusted, where the environment does not say it."""

    def url(self, port: int) -> str:
        """Its URL with TLS."""
        _, _, rest = self.peer.url(port).partition("://")
        return f"{self.scheme}://{rest}{self.query.format(certificates.authority_file())}"


def for_postgresql(pem: Path) -> list[object]:
    return ["-c", "ssl=on", "-c", f"ssl_cert_file={pem}", "-c", f"ssl_key_file={pem}"]


def for_mariadb(pem: Path) -> list[object]:
    return [f"--ssl-cert={pem}", f"--ssl-key={pem}"]


def for_redis(pem: Path) -> list[object]:
    port = ["--port", 0, "--tls-port", "{port}", "--tls-auth-clients", "no"]
    return [*port, "--tls-cert-file", pem, "--tls-key-file", pem]


def for_rabbitmq(pem: Path) -> list[object]:
    listening = ["listeners.tcp = none", "listeners.ssl.local = 127.0.0.1:{port}"]
    return [*listening, f"ssl_options.certfile = {pem}", f"ssl_options.keyfile = {pem}"]


def for_nats(pem: Path) -> list[object]:
    return ["--tls", "--tlscert", pem, "--tlskey", pem]


def for_memcached(pem: Path) -> list[object]:
    return ["-Z", "-o", f"ssl_chain_cert={pem},ssl_key={pem}"]


def for_script(pem: Path) -> list[object]:
    return ["--certificate", pem]


def for_smtps(pem: Path) -> list[object]:
    return ["--certificate", pem, "--implicit"]


VERIFIED = "?sslmode=verify-full&sslrootcert={}"
SECURED = (
    Secured("postgresql", POSTGRESQL, for_postgresql, query=VERIFIED),
    Secured("mysql", MARIADB, for_mariadb, query="?ssl_ca={}"),
    Secured("rediss", REDIS, for_redis),
    Secured("amqps", RABBITMQ, for_rabbitmq),
    Secured("nats+tls", NATS, for_nats),
    Secured("memcached+tls", MEMCACHED, for_memcached),
    Secured("kafka+ssl", KAFKA, for_script),
    Secured("mongodb", MONGODB, for_script, query="?tls=true"),
    Secured("neo4j+s", NEO4J, for_script),
    Secured("bolt+s", NEO4J, for_script),
    Secured("smtp+starttls", SMTP, for_script),
    Secured("smtps", SMTP, for_smtps),
    Secured("https", HTTPS, for_script),
)


def each(*secured: Secured, slow: bool = False) -> pytest.MarkDecorator:
    """One test for each of these; those that start a database or a heavy server are slow."""
    late = (POSTGRESQL, MARIADB, RABBITMQ)
    marks = {item: [pytest.mark.slow] if slow or item.peer in late else [] for item in secured}
    return pytest.mark.parametrize(
        "secured", [pytest.param(item, id=item.scheme, marks=marks[item]) for item in secured]
    )


@pytest.fixture(autouse=True)
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests' authority is trusted meanwhile, and a refusal does not take seconds."""
    waits.trust(monkeypatch, certificates.authority_file())
    waits.hurry(monkeypatch)
    yield
    trusted.cache_clear()


def answer(secured: Secured, pem: Path) -> Outcome:
    """What a server with this certificate is said to be."""
    with own(secured.peer, *secured.options(pem)) as server:
        return outcome(secured.url(server.port), timeout=5)


@each(*SECURED, slow=True)
def test_a_certificate_that_is_trusted_is_ready(secured: Secured) -> None:
    assert answer(secured, certificate()) == READY


@each(*SECURED)
def test_an_expired_certificate_is_refused(secured: Secured) -> None:
    assert answer(secured, certificate(expired=True)) == REFUSED


@each(*SECURED, slow=True)
def test_a_certificate_of_another_host_is_refused(secured: Secured) -> None:
    assert answer(secured, certificate(name="elsewhere.example")) == REFUSED


@each(*SECURED, slow=True)
def test_a_certificate_of_an_unknown_authority_is_refused(secured: Secured) -> None:
    assert answer(secured, certificate(signed_by=trustme.CA())) == REFUSED


@each(*[item for item in SECURED if item.scheme in ("nats+tls", "smtp+starttls", "postgresql")])
def test_a_server_that_does_not_offer_tls_is_refused(secured: Secured) -> None:
    state, kind = outcome(secured.url(shared(secured.peer).port), timeout=5)
    assert state == "refused"
    assert kind in ("tls", "unsupported")


@each(*SECURED, slow=True)
def test_bootctl_wait_ends_within_seconds_on_an_expired_certificate(
    secured: Secured, tmp_path: Path
) -> None:
    with own(secured.peer, *secured.options(certificate(expired=True))) as server, promptly():
        result = spawned.bootctl("wait", secured.url(server.port), cwd=tmp_path)
    assert result.code == 12
    [target] = result.verdict["targets"]
    assert (target["state"], target["cause"]) == REFUSED
    assert "renew the certificate" in result.verdict["hint"]
    assert "expired" in result.verdict["message"]
    assert PASSWORD not in result.stdout + result.stderr
