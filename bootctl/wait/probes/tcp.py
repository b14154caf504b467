"""A TCP port that accepts connections."""

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import connected


class Tcp:
    """See ``bootctl.wait.probe.Probe``."""

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
        """Connect to the port and hang up."""
        async with connected(self._host, self._port):
            pass
