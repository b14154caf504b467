"""A TCP port that accepts connections."""

from bootctl.errors import SettingsError
from bootctl.probes.connection import connected
from bootctl.url import Url


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
