"""A TCP port that accepts connections."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bootctl.errors import SettingsError
from bootctl.probes.probe import NotReady
from bootctl.url import Url

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Tcp:
    """See ``bootctl.probes.Probe``."""

    depth = "connection"

    def __init__(self, url: Url) -> None:
        if not url.host or url.port is None:
            raise SettingsError(
                f"{url} needs a host and a port",
                hint="Write it as tcp://HOST:PORT.",
                target=str(url),
            )
        self.target = str(url)
        self._host, self._port = url.host, url.port

    async def check(self) -> None:
        """Connect and hang up."""
        async with connected(self._host, self._port):
            pass


@asynccontextmanager
async def connected(host: str, port: int) -> AsyncIterator[Streams]:
    """A connection, closed afterwards. Raises ``NotReady`` where there is none to be had."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except socket.gaierror as error:
        raise NotReady("dns", f"{host} does not resolve: {error.strerror}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        kind = "refused connection" if isinstance(error, ConnectionRefusedError) else "unreachable"
        raise NotReady(kind, f"{host}:{port}: {reason}") from error
    try:
        yield reader, writer
    finally:
        writer.close()
