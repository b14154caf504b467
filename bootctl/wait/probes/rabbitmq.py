"""RabbitMQ: a channel on our virtual host, opened with our credentials.

Without the client library the protocol header is sent, which a broker that is ready answers with
Connection.Start. https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, 4.2.2 and 1.4
"""

import asyncio
import struct
from typing import Any

from bootctl.database.url import Url
from bootctl.wait.connection import ATTEMPT_SECONDS, Failures, by_class, connected, trusted, typed
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("aiormq", "pika", "amqp")  # aio-pika's, Dramatiq's, Celery's
_PORTS = {"amqp": 5672, "amqps": 5671}
_HEADER = b"AMQP\x00\x00\x09\x01"
_NOT_ALLOWED = 530
_METHOD_FRAME, _CONNECTION_START = 1, (10, 10)


class RabbitMQ:
    """See ``bootctl.wait.probe.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._host, self._port = url.host or "localhost", url.port or _PORTS[url.scheme]
        self._tls = trusted() if url.scheme == "amqps" else None
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Open a channel; or else ask for the login to begin."""
        with typed(_failure, self._url.query):
            if self._driver is None:
                await self._first_bytes()
            elif self._driver == "aiormq":
                await self._with_aiormq()
            else:
                async with connected(self._host, self._port, self._tls):
                    library = await imported(self._driver)
                await asyncio.to_thread(
                    self._with_pika if self._driver == "pika" else self._with_amqp, library
                )

    async def _with_aiormq(self) -> None:
        aiormq = await imported("aiormq")
        context = None if self._url.query else self._tls
        connection = await aiormq.connect(self._url.plain(self._url.scheme), context=context)
        try:
            await connection.channel()
        finally:
            await connection.close()

    def _with_pika(self, pika: Any) -> None:
        parameters = pika.URLParameters(self._url.plain(self._url.scheme))
        parameters.socket_timeout = parameters.stack_timeout = ATTEMPT_SECONDS
        connection = pika.BlockingConnection(parameters)
        try:
            connection.channel()
        finally:
            connection.close()

    def _with_amqp(self, amqp: Any) -> None:
        connection = amqp.Connection(
            f"{self._host}:{self._port}",
            userid=self._url.user or "guest",
            password=self._url.password or "guest",
            virtual_host=self._url.database or "/",
            ssl=self._tls is not None,
            connect_timeout=ATTEMPT_SECONDS,
            read_timeout=ATTEMPT_SECONDS,
        )
        try:
            connection.connect()
            connection.channel()
        finally:
            connection.close()

    async def _first_bytes(self) -> None:
        async with connected(self._host, self._port, self._tls) as (reader, writer):
            writer.write(_HEADER)
            kind, _, _, *method = struct.unpack("!BHIHH", await reader.readexactly(11))
        if kind != _METHOD_FRAME or tuple(method) != _CONNECTION_START:
            raise NotReady("protocol", "it does not speak AMQP 0-9-1")


_FAILURES: Failures = {
    # aiormq's and pika's
    "AuthenticationError": (Refused, "credentials"),
    "ProbableAuthenticationError": (Refused, "credentials"),
    "ProbableAccessDeniedError": (Refused, "unknown database"),
    "ChannelAccessRefused": (Refused, "permission"),
    "ConnectionInternalError": (NotReady, "starting"),
    "ConnectionResourceError": (NotReady, "too many connections"),
    "IncompatibleProtocolError": (NotReady, "protocol"),
    "ProtocolSyntaxError": (NotReady, "protocol"),
    # py-amqp's
    "AccessRefused": (Refused, "credentials"),
    "NotAllowed": (Refused, "unknown database"),
    "InternalError": (NotReady, "starting"),
}


def _failure(error: BaseException) -> NotReady | None:
    if "Connection.OpenOk" in str(error):
        # aiormq has no class for it, and drops the reason that the broker gave.
        return Refused("unknown database", "the virtual host does not exist, or refuses this user")
    if getattr(error, "reply_code", None) == _NOT_ALLOWED:
        return Refused("unknown database", str(getattr(error, "reply_text", error)))
    answers = (by_class(error, package, _FAILURES) for package in DRIVERS)
    return next((answer for answer in answers if answer), None)
