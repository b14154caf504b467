"""What other processes of this machine or pod leave in its file system: a UNIX socket, a file."""

import asyncio
import os

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import closing, typed
from bootctl.wait.probe import NotReady, Refused


class Unix:
    """A UNIX socket that accepts connections. See ``bootctl.wait.probe.Probe``."""

    depth = "connection"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._path = _path(url)

    async def check(self) -> None:
        """Connect to the socket and hang up."""
        with typed():
            try:
                streams = await asyncio.open_unix_connection(self._path)
            except PermissionError as error:
                raise Refused("permission", f"{self._path}: {error.strerror}") from error
        async with closing(streams):
            pass


class File:
    """A file or directory that exists. See ``bootctl.wait.probe.Probe``."""

    depth = "existence"

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._path = _path(url)

    async def check(self) -> None:
        """Look whether it is there."""
        try:
            os.stat(self._path)
        except PermissionError as error:
            raise Refused("permission", f"{self._path}: {error.strerror}") from error
        except OSError as error:
            raise NotReady("missing", f"{self._path}: {error.strerror}") from error


def _path(url: Url) -> str:
    if url.host or not url.path.strip("/") or "\0" in url.path:
        raise SettingsError(
            f"{url} names no absolute path",
            hint=f"Write it as {url.scheme}:///PATH, with three slashes.",
            target=str(url),
        )
    return url.path
