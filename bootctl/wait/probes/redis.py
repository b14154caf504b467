"""Redis and Valkey: PONG on our database with our credentials, and no LOADING.

Without the client library a PING is sent whose answer needs no login to be told from another
protocol's. https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from dataclasses import replace
from typing import Any

from bootctl.database.url import Url
from bootctl.wait.connection import ATTEMPT_SECONDS, Failures, by_class, connected, trusted, typed
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("redis",)
_PORT = 6379


class Redis:
    """See ``bootctl.wait.probe.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._tls = url.scheme in ("rediss", "valkeys")
        self._scheme = "unix" if url.driver else "rediss" if self._tls else "redis"
        self._database = url.query.get("db") or ("" if url.driver else url.database)
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in, select our database and PING; or else only PING."""
        with typed(_failure, self._url.query):
            await (self._ping() if self._driver else self._first_bytes())

    async def _ping(self) -> None:
        redis = await imported("redis.asyncio")
        retry = await imported("redis.asyncio.retry")
        backoff = await imported("redis.backoff")
        client = redis.Redis.from_url(
            self._address(),
            retry=retry.Retry(backoff.NoBackoff(), 0),
            socket_timeout=ATTEMPT_SECONDS,
            socket_connect_timeout=ATTEMPT_SECONDS,
            client_name="bootctl",
        )
        try:
            await client.ping()
            await self._select(client)
        finally:
            await client.aclose()

    def _address(self) -> str:
        # Selecting the database is a question of its own: its failure has no class of its own.
        query = {key: value for key, value in self._url.query.items() if key != "db"}
        path = self._url.path if self._url.driver else ""
        return replace(self._url, path=path, query=query).plain(self._scheme)

    async def _select(self, client: Any) -> None:
        number = self._database
        if not number:
            return
        redis = await imported("redis.exceptions")
        try:
            await client.execute_command("SELECT", number)
        except redis.NoPermissionError:
            raise
        except redis.ResponseError as error:
            raise Refused("unknown database", f"database {number}: {error}") from error

    async def _first_bytes(self) -> None:
        host, port = self._url.host or "localhost", self._url.port or _PORT
        async with connected(host, port, trusted() if self._tls else None) as (reader, writer):
            writer.write(b"*1\r\n$4\r\nPING\r\n")
            line = (await reader.readline()).decode("ascii", "replace").strip()
        if line.startswith("-LOADING"):
            raise NotReady("loading", line[1:])
        if not line.startswith(("+PONG", "-NOAUTH", "-NOPERM", "-DENIED")):
            raise NotReady("protocol", "it does not answer PING as Redis does")


_FAILURES: Failures = {
    "BusyLoadingError": (NotReady, "loading"),
    "AuthenticationError": (Refused, "credentials"),
    "AuthenticationWrongNumberOfArgsError": (Refused, "credentials"),
    "NoPermissionError": (Refused, "permission"),
    "MasterDownError": (NotReady, "starting"),
    "ClusterDownError": (NotReady, "starting"),
    "MaxConnectionsError": (NotReady, "too many connections"),
    "InvalidResponse": (NotReady, "protocol"),
    "ResponseError": (NotReady, "protocol"),
}


def _failure(error: BaseException) -> NotReady | None:
    return by_class(error, "redis", _FAILURES)
