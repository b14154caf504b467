"""Memcached: the version that it answers with, in its text protocol.

https://github.com/memcached/memcached/blob/master/doc/protocol.txt
"""

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import connected, typed
from bootctl.wait.probe import NotReady

_PORT = 11211


class Memcached:
    """See ``bootctl.wait.probe.Probe``."""

    depth = "query"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        if url.user or url.password:
            raise SettingsError(
                f"{url} has a login, which memcached's text protocol does not know",
                hint="Write it as memcached://HOST:PORT, or wait for its port: tcp://HOST:PORT.",
                target=str(url),
            )
        self._host, self._port = url.host or "localhost", url.port or _PORT

    async def check(self) -> None:
        """Ask the server for its version."""
        with typed():
            async with connected(self._host, self._port) as (reader, writer):
                writer.write(b"version\r\n")
                answer = await reader.readline()
        if not answer.startswith(b"VERSION "):
            raise NotReady("protocol", "it does not answer as memcached does")
