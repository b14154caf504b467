"""Kafka: brokers in the cluster's metadata, asked for with our credentials.

Without the client library an ApiVersions request is sent, which needs no login.
https://kafka.apache.org/protocol.html
"""

import struct
from typing import Any

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import (
    ATTEMPT_SECONDS,
    Failures,
    by_class,
    connected,
    first_of,
    trusted,
    typed,
)
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("aiokafka",)
_PORT = 9092
_API_VERSIONS, _CORRELATION = 18, 0x626F6F74


class Kafka:
    """See ``bootctl.wait.probe.Probe``. The URL may name several brokers: ``kafka://b1:9092,b2:9092``."""

    def __init__(self, url: Url) -> None:
        if not url.host:
            raise SettingsError(f"{url} names no host", hint="Write it as kafka://HOST:PORT.")
        self.target = str(url)
        self._url = url
        self._tls = trusted() if url.driver == "ssl" else None
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and read the metadata; or else ask for the versions it speaks."""
        if self._driver:
            await first_of(self._url, _PORT, self._log_in)
            await self._metadata()
        else:
            await first_of(self._url, _PORT, self._first_bytes)

    async def _log_in(self, host: str, port: int) -> None:
        # The client itself only logs why it could not connect.
        with typed(_failure, self._url.query):
            connections = await imported("aiokafka.conn")
            connection = await connections.create_conn(host, port, **self._options())
            connection.close()

    async def _metadata(self) -> None:
        servers = [f"{host}:{port or _PORT}" for host, port in self._url.hosts]
        with typed(_failure, self._url.query):
            clients = await imported("aiokafka.client")
            client = clients.AIOKafkaClient(bootstrap_servers=servers, **self._options())
            try:
                await client.bootstrap()
                if not client.cluster.brokers():
                    raise NotReady("starting", "there is no broker in the cluster's metadata")
            finally:
                await client.close()

    def _options(self) -> dict[str, Any]:
        login = self._url.user is not None
        protocol = ("SASL_" if login else "") + ("SSL" if self._tls else "PLAINTEXT")
        options: dict[str, Any] = {
            "client_id": "bootctl",
            "request_timeout_ms": ATTEMPT_SECONDS * 1000,
            "security_protocol": protocol,
            "ssl_context": self._tls,
        }
        if login:
            options |= {
                "sasl_mechanism": self._url.query.get("sasl_mechanism", "PLAIN"),
                "sasl_plain_username": self._url.user,
                "sasl_plain_password": self._url.password or "",
            }
        return options

    async def _first_bytes(self, host: str, port: int) -> None:
        client = b"bootctl"
        request = struct.pack("!hhih", _API_VERSIONS, 0, _CORRELATION, len(client)) + client
        with typed():
            async with connected(host, port, self._tls) as (reader, writer):
                writer.write(struct.pack("!i", len(request)) + request)
                _, correlation = struct.unpack("!ii", await reader.readexactly(8))
        if correlation != _CORRELATION:
            raise NotReady("protocol", "it does not speak Kafka's protocol")


_FAILURES: Failures = {
    "AuthenticationFailedError": (Refused, "credentials"),
    "AuthenticationMethodNotSupported": (Refused, "credentials"),
    "SaslAuthenticationFailed": (Refused, "credentials"),
    "UnsupportedSaslMechanismError": (Refused, "credentials"),
    "BrokerResponseError": (NotReady, "starting"),
    "KafkaConnectionError": (NotReady, "connection lost"),
}


def _failure(error: BaseException) -> NotReady | None:
    return by_class(error, "aiokafka", _FAILURES)
