"""MongoDB: a ping that our credentials pass, answered by a member that takes writes.

Without the client library ``hello`` is sent, which needs no login.
https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import asyncio
import struct
from collections.abc import Iterator
from typing import Any

from bootctl.database.url import Url
from bootctl.wait.connection import (
    ATTEMPT_SECONDS,
    Failures,
    by_class,
    connected,
    first_of,
    reachable,
    trusted,
    typed,
)
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("pymongo",)
_PORT = 27017
_OP_MSG = 2013
_HELLO = b"\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0"
_CREDENTIALS = (13, 18)  # Unauthorized, AuthenticationFailed
_SELECTION_MS = 1000


class MongoDB:
    """See ``bootctl.wait.probe.Probe``. The URL may name several members, or be ``mongodb+srv``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and ping; or else ask who it is."""
        with typed(_failure, self._url.query):
            if not self._driver:
                await first_of(self._url, _PORT, self._first_bytes)
                return
            if self._url.driver != "srv":
                await first_of(self._url, _PORT, reachable)
            pymongo = await imported("pymongo")
            await asyncio.to_thread(self._ping, pymongo.MongoClient)

    def _ping(self, client_class: Any) -> None:
        client = client_class(
            self._url.plain(self._url.kind),
            appname="bootctl",
            serverSelectionTimeoutMS=_SELECTION_MS,
            connectTimeoutMS=ATTEMPT_SECONDS * 1000,
            socketTimeoutMS=ATTEMPT_SECONDS * 1000,
            retryReads=False,
            maxPoolSize=1,
        )
        try:
            client.admin.command("ping")
        except Exception as error:
            failure = next(_reasons(client.topology_description), error)
        else:
            return
        finally:
            client.close()
        raise failure

    async def _first_bytes(self, host: str, port: int) -> None:
        document = struct.pack("<i", len(_HELLO) + 4) + _HELLO
        body = struct.pack("<iB", 0, 0) + document
        wanted = self._url.query.get("tls", self._url.query.get("ssl", "")) == "true"
        async with connected(host, port, trusted() if wanted else None) as (reader, writer):
            writer.write(struct.pack("<iiii", len(body) + 16, 1, 0, _OP_MSG) + body)
            _, _, _, operation = struct.unpack("<iiii", await reader.readexactly(16))
        if operation != _OP_MSG:
            raise NotReady("protocol", "it does not speak MongoDB's protocol")


def _reasons(topology: Any) -> Iterator[BaseException]:
    """Yield why no member was selected: the client's own error is but a text of all that it knows."""
    for member in topology.server_descriptions().values():
        if member.error:
            yield member.error
        elif member.round_trip_time is not None and not member.is_writable:
            yield NotReady("starting", "it takes no writes yet")


def _failure(error: BaseException) -> NotReady | None:
    text = str(error).partition(", full error")[0].partition(", Timeout:")[0]
    if getattr(error, "code", None) in _CREDENTIALS:
        return Refused("credentials", text)
    if "CERTIFICATE_VERIFY_FAILED" in text:  # OpenSSL's name for it; the client drops its error
        return Refused("tls", text.partition(" (configured timeouts")[0])
    return by_class(error, "pymongo", _FAILURES, text)


_FAILURES: Failures = {
    "ServerSelectionTimeoutError": (NotReady, "timeout"),
    "ConfigurationError": (NotReady, "dns"),  # of mongodb+srv
}
