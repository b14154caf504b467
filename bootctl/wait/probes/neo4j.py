"""Neo4j: a connection in Bolt that our credentials open, and an answer from our database.

Without the client library the versions of Bolt are negotiated, which needs no login.
https://neo4j.com/docs/bolt/current/bolt/handshake/
"""

import struct

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import (
    ATTEMPT_SECONDS,
    Failures,
    by_class,
    connected,
    reachable,
    trusted,
    typed,
)
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("neo4j",)
_PORT = 7687
_MAGIC = 0x6060B017
_VERSIONS = (0x00080805, 0x00020404, 0x00000003, 0)  # 5.8 to 5.0, 4.4 to 4.2, 3


class Neo4j:
    """See ``bootctl.wait.probe.Probe``. The database is the URL's path, or ``database`` in its query."""

    def __init__(self, url: Url) -> None:
        if not url.host:
            raise SettingsError(f"{url} names no host", hint="Write it as neo4j://HOST:PORT.")
        self.target = str(url)
        self._url = url
        self._host, self._port = url.host, url.port or _PORT
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and query; or else agree on a version."""
        with typed(_failure, self._url.query):
            if self._driver:
                await reachable(self._host, self._port)
                await self._query()
            else:
                await self._first_bytes()

    async def _query(self) -> None:
        neo4j = await imported("neo4j")
        driver = neo4j.AsyncGraphDatabase.driver(
            Url("", host=self._host, port=self._port).plain(self._url.kind),
            auth=(self._url.user, self._url.password or "") if self._url.user else None,
            connection_timeout=ATTEMPT_SECONDS,
            connection_acquisition_timeout=ATTEMPT_SECONDS,
            user_agent="bootctl",
        )
        database = self._url.query.get("database") or self._url.database or None
        # The driver's verify_connectivity() is content with a database that is unavailable.
        async with driver, driver.session(database=database) as session:
            await (await session.run("RETURN 1")).consume()

    async def _first_bytes(self) -> None:
        tls = trusted() if self._url.driver == "s" else None
        async with connected(self._host, self._port, tls) as (reader, writer):
            writer.write(struct.pack("!5I", _MAGIC, *_VERSIONS))
            version = await reader.readexactly(4)
        if version[:2] != b"\0\0":  # reserved; HTTP's "HTTP" is what a wrong port says
            raise NotReady("protocol", "it does not speak Bolt")
        if version == b"\0\0\0\0":
            raise NotReady("protocol", "it speaks no version of Bolt that is known here")


_FAILURES: Failures = {
    "AuthError": (Refused, "credentials"),
    "TransientError": (NotReady, "starting"),
    "BoltProtocolError": (NotReady, "protocol"),
}
_UNKNOWN_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"


def _failure(error: BaseException) -> NotReady | None:
    text = getattr(error, "message", None)
    if getattr(error, "code", None) == _UNKNOWN_DATABASE:
        return Refused("unknown database", str(text))
    return by_class(error, "neo4j", _FAILURES, text)
