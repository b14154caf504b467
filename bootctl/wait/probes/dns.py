"""A host name that resolves, as a headless service's does once a pod is ready."""

import asyncio

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import typed


class DNS:
    """See ``bootctl.wait.probe.Probe``."""

    depth = "resolution"

    def __init__(self, url: Url) -> None:
        if not url.host:
            raise SettingsError(
                f"{url} names no host", hint="Write it as dns://HOST.", target=str(url)
            )
        self.target = str(url)
        self._host = url.host

    async def check(self) -> None:
        """Resolve the name as every client on this machine does."""
        with typed():
            await asyncio.get_running_loop().getaddrinfo(self._host, None)
