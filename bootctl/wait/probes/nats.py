"""NATS: a connection that our credentials open, and a PONG.

Without the client library the server's INFO is read, its first line on every connection.
https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from bootctl.database.url import Url
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

DRIVERS = ("nats",)
_PORT = 4222
_CLOSE_SECONDS = 0.2


class NATS:
    """See ``bootctl.wait.probe.Probe``. The URL may name several servers."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._tls = trusted() if url.driver == "tls" else None
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Read the greeting, and where there is a client library, log in and PING."""
        await first_of(self._url, _PORT, self._greeting)
        if self._driver:
            with typed(_failure, self._url.query):
                await self._ping()

    async def _ping(self) -> None:
        clients = await imported("nats.aio.client")
        client = clients.Client()
        try:
            await client.connect(servers=self._servers(), **self._options())
            await client.flush(ATTEMPT_SECONDS)
        finally:
            # A connection that was refused is open, too; one whose TLS failed does not close.
            with suppress(TimeoutError):
                await asyncio.wait_for(client.close(), _CLOSE_SECONDS)

    def _servers(self) -> list[str]:
        scheme = "tls" if self._tls else "nats"
        return [
            Url(scheme, host=host or "localhost", port=port or _PORT).plain(scheme)
            for host, port in self._url.hosts
        ]

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "name": "bootctl",
            "allow_reconnect": False,
            "connect_timeout": ATTEMPT_SECONDS,
            "tls": self._tls,
        }
        if self._url.user and self._url.password is None:
            return options | {"token": self._url.user}
        return options | {"user": self._url.user, "password": self._url.password}

    async def _greeting(self, host: str, port: int) -> None:
        with typed():
            async with connected(host, port) as (reader, _):  # TLS begins after it
                word, _, rest = (await reader.readline()).partition(b" ")
            info = json.loads(rest) if word == b"INFO" else None
        if not isinstance(info, dict):
            raise NotReady("protocol", "it does not greet as NATS does")
        if self._tls and not (info.get("tls_required") or info.get("tls_available")):
            # The client library would go on without.
            raise Refused("tls", "it does not offer TLS")


_FAILURES: Failures = {
    "SecureConnRequiredError": (Refused, "tls"),
    "SecureConnWantedError": (Refused, "tls"),
    "UnexpectedEOF": (NotReady, "connection lost"),
}


def _failure(error: BaseException) -> NotReady | None:
    if "authorization violation" in str(error).lower():  # as the server's -ERR has it
        return Refused("credentials", str(error))
    return by_class(error, "nats", _FAILURES)
