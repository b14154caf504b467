"""RabbitMQ: a channel on our virtual host, opened with our credentials.

Without the client library the protocol header is sent, which a broker that is ready answers with
Connection.Start. https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, 4.2.2 and 1.4
"""

import struct

from bootctl.probes.connection import Failures, by_class, connected, trusted, typed
from bootctl.probes.libraries import imported, installed
from bootctl.probes.probe import NotReady, Refused
from bootctl.url import Url

DRIVERS = ("aiormq",)  # what aio-pika connects with
_PORTS = {"amqp": 5672, "amqps": 5671}
_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME, _CONNECTION_START = 1, (10, 10)


class RabbitMQ:
    """See ``bootctl.probes.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Open a channel; or else ask for the login to begin."""
        with typed(_failure):
            await (self._open_channel() if self._driver else self._first_bytes())

    async def _open_channel(self) -> None:
        aiormq = await imported("aiormq")
        context = trusted() if self._url.scheme == "amqps" and not self._url.query else None
        connection = await aiormq.connect(self._url.plain(self._url.scheme), context=context)
        try:
            await connection.channel()
        finally:
            await connection.close()

    async def _first_bytes(self) -> None:
        host, port = self._url.host or "localhost", self._url.port or _PORTS[self._url.scheme]
        tls = trusted() if self._url.scheme == "amqps" else None
        async with connected(host, port, tls) as (reader, writer):
            writer.write(_HEADER)
            kind, _, _, *method = struct.unpack("!BHIHH", await reader.readexactly(11))
        if kind != _METHOD_FRAME or tuple(method) != _CONNECTION_START:
            raise NotReady("protocol", "it does not speak AMQP 0-9-1")


_FAILURES: Failures = {
    "AuthenticationError": (Refused, "credentials"),
    "ProbableAuthenticationError": (Refused, "credentials"),
    "ChannelAccessRefused": (Refused, "permission"),
    "ConnectionInternalError": (NotReady, "starting"),
    "ConnectionResourceError": (NotReady, "too many connections"),
    "IncompatibleProtocolError": (NotReady, "protocol"),
    "ProtocolSyntaxError": (NotReady, "protocol"),
}


def _failure(error: BaseException) -> NotReady | None:
    if "Connection.OpenOk" in str(error):
        # aiormq has no class for it, and drops the reason that the broker gave.
        return Refused("unknown database", "the virtual host does not exist, or refuses this user")
    return by_class(error, "aiormq", _FAILURES)
