"""MySQL and MariaDB: our credentials on our database, and an answer to a query.

Without a driver only the server's greeting is read.
https://mariadb.com/kb/en/connection/#initial-handshake-packet
"""

import importlib
import importlib.util
import struct
from typing import Any

from bootctl import dberrors
from bootctl.probes.probe import NotReady, Refused
from bootctl.probes.tcp import connected
from bootctl.probes.threads import in_thread
from bootctl.url import Url

_CONNECT_SECONDS = 5


class MySQL:
    """See ``bootctl.probes.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._host = url.host or "localhost"
        self._port = url.port or 3306
        self._socket = url.query.get("unix_socket")
        names = ("pymysql", "MySQLdb", "asyncmy")
        self._driver = next((name for name in names if importlib.util.find_spec(name)), None)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and query where there is a driver, or else read the greeting."""
        try:
            if self._driver == "asyncmy":
                await self._query_asyncmy()
            elif self._driver:
                await in_thread(self._query)
            else:
                await self._greeting()
        except NotReady:
            raise
        except Exception as error:
            raise _failure(error) from error

    def _options(self) -> dict[str, Any]:
        options = {
            "host": self._host,
            "port": self._port,
            "user": self._url.user or "",
            "password": self._url.password or "",
            "database": self._url.database,
            "unix_socket": self._socket,
            "connect_timeout": _CONNECT_SECONDS,
            "read_timeout": _CONNECT_SECONDS,
        }
        return {key: value for key, value in options.items() if value is not None}

    def _query(self) -> None:
        driver: Any = importlib.import_module(self._driver or "")
        connection = driver.connect(**self._options())
        try:
            connection.cursor().execute("SELECT 1")
        finally:
            connection.close()

    async def _query_asyncmy(self) -> None:
        import asyncmy

        connection = await asyncmy.connect(**self._options())
        try:
            async with connection.cursor() as cursor:
                await cursor.execute("SELECT 1")
        finally:
            connection.close()

    async def _greeting(self) -> None:
        async with connected(self._host, self._port) as (reader, _):
            try:
                header = await reader.readexactly(5)
                if header[4] == 0xFF:
                    (number,) = struct.unpack("<H", await reader.readexactly(2))
                    raise _numbered(number)
                if header[4] != 10:
                    raise NotReady("protocol", "it does not speak MySQL's protocol")
            except (EOFError, OSError) as error:
                raise NotReady("protocol", "it hung up before MySQL's greeting") from error


class _MysqlError(Exception):
    pass


def _numbered(number: int) -> NotReady:
    return _failure(_MysqlError(number, f"error {number}"))


def _failure(error: Exception) -> NotReady:
    found = dberrors.classify(error)
    text = " ".join(str(part) for part in error.args) or type(error).__name__
    if found is None:
        return NotReady("unreachable", text)
    return (Refused if found.refused else NotReady)(found.kind, text)
