"""Memcached: the version that it answers with, in its text protocol.

https://github.com/memcached/memcached/blob/master/doc/protocol.txt
"""

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import connected, trusted, typed
from bootctl.wait.probe import NotReady, Refused

_PORT = 11211


class Memcached:
    """See ``bootctl.wait.probe.Probe``. Nobody is logged in, by SASL or in the text protocol."""

    depth = "query"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        if url.user or url.password:
            raise SettingsError(
                f"{url} has a login, and bootctl logs in to no memcached",
                hint="Write it as memcached://HOST:PORT, or where the server asks for a login, "
                "wait for its port: tcp://HOST:PORT.",
                target=str(url),
            )
        self._host, self._port = url.host or "localhost", url.port or _PORT
        self._tls = trusted() if url.driver == "tls" else None

    async def check(self) -> None:
        """Ask the server for its version."""
        with typed():
            async with connected(self._host, self._port, self._tls) as (reader, writer):
                writer.write(b"version\r\n")
                answer = await reader.readline()
        if not answer.startswith(b"VERSION "):
            raise _failure(answer)


def _failure(answer: bytes) -> NotReady:
    if not answer:
        return NotReady("connection lost", "it hung up")
    if answer.startswith(b"CLIENT_ERROR unauthenticated"):
        return Refused("credentials", "it asks for a login; tcp://HOST:PORT waits for its port")
    if answer.startswith(b"ERROR Too many open connections"):
        return NotReady("too many connections", "it has too many open connections")
    return NotReady("protocol", "it does not answer as memcached does")
