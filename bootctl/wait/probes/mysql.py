"""MySQL and MariaDB: our credentials on our database, and an answer to a query.

With ``target_session_attrs=read-write`` in the URL, as for PostgreSQL, the server must not be
read-only. Without a driver only the server's greeting is read.
https://mariadb.com/kb/en/connection/#initial-handshake-packet
"""

import asyncio
import importlib
import ssl
import struct
from typing import Any

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import ATTEMPT_SECONDS, connected, reachable, typed
from bootctl.wait.database_failures import database_failure
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import WRITABLE, NotReady

DRIVERS = ("pymysql", "MySQLdb", "asyncmy")
_OF_URL = {"aiomysql": "pymysql", "mysqldb": "MySQLdb"}
"""The library behind a driver that a URL names by another word."""
_READ_ONLY = "SELECT @@global.read_only"
_PROTOCOL, _ERROR = 10, 0xFF
_TLS_OPTIONS = ("ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher")
_ELSEWHERE = {
    *("unix_socket", "connect_timeout", "read_timeout", "write_timeout", "charset", "use_unicode"),
    *("local_infile", "autocommit", "sql_mode", "init_command", "client_flag", "ssl", WRITABLE),
    # Tortoise's
    *("minsize", "maxsize", "no_delay", "echo", "pool_recycle", "fetch_inserted", "storage_engine"),
}
"""Options that say nothing of how to reach a server, or are not handed on as they stand."""


_SWITCHES = (
    "true",
    "false",
    "1",
    "0",
    "on",
    "off",
    "yes",
    "no",
    "disabled",
    "preferred",
    "required",
)


class MySQL:
    """See ``bootctl.wait.probe.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._host = url.host or "localhost"
        self._port = url.port or 3306
        self._socket = url.query.get("unix_socket")
        self._writable = url.query.get(WRITABLE) in ("read-write", "primary")
        self._has_listened = False
        self._has_asked = False
        own = _OF_URL.get(url.driver, url.driver)
        self._driver = installed((own,) if own in DRIVERS else () if own else DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and query where there is a driver, or else read the greeting."""
        with typed(database_failure, self._url.query):
            before = await self._before_driver()
        with typed(lambda error: before or database_failure(error), self._url.query):
            if self._driver == "asyncmy":
                await self._query_asyncmy()
            elif self._driver:
                await asyncio.to_thread(self._query)
            else:
                await self._greeting()

    async def _before_driver(self) -> NotReady | None:
        """Return why nobody listens, the first time: only the driver knows what it cannot use.

        PyMySQL reads every trusted authority before it connects. Only until the port is open: the
        server blocks a host that hangs up on it too often.
        """
        if self._driver is None or self._socket or self._has_listened:
            return None
        try:
            await reachable(self._host, self._port)
        except NotReady as answer:
            if self._has_asked or answer.kind != "refused connection":
                raise
            self._has_asked = True
            return answer
        self._has_listened = True
        return None

    def _options(self) -> dict[str, Any]:
        options = {
            "host": self._host,
            "port": self._port,
            "user": self._url.user or "",
            "password": self._url.password or "",
            "database": self._url.database,
            "unix_socket": self._socket,
            "connect_timeout": ATTEMPT_SECONDS,
            "read_timeout": ATTEMPT_SECONDS,
            "ssl": self._tls(),
            **{k: v for k, v in self._url.query.items() if k not in (*_TLS_OPTIONS, *_ELSEWHERE)},
        }
        return {key: value for key, value in options.items() if value is not None}

    def _tls(self) -> Any:
        """Return what the URL says of TLS, as SQLAlchemy hands it on: a dictionary, or a context.

        Raises ``SettingsError`` where ``ssl`` is neither true nor false.
        """
        if "ssl" in self._url.query and self._url.query["ssl"].lower() not in _SWITCHES:
            raise SettingsError(
                f"the option ssl is neither true nor false: {self._url.query['ssl']!r}",
                hint="Correct ssl in the URL, or name the authority as ssl_ca=FILE.",
                option="ssl",
            )
        given = {
            key.removeprefix("ssl_"): value
            for key, value in self._url.query.items()
            if key in _TLS_OPTIONS
        }
        if given and self._driver == "asyncmy":
            return ssl.create_default_context(cafile=given.get("ca"), capath=given.get("capath"))
        return given or None

    def _query(self) -> None:
        driver: Any = importlib.import_module(self._driver or "")
        connection = driver.connect(**self._options())
        try:
            cursor = connection.cursor()
            cursor.execute(_READ_ONLY)
            self._refuse_read_only(cursor.fetchone()[0])
        finally:
            connection.close()

    async def _query_asyncmy(self) -> None:
        asyncmy = await imported("asyncmy")
        connection = await asyncmy.connect(**self._options())
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(_READ_ONLY)
                self._refuse_read_only((await cursor.fetchone())[0])
        finally:
            connection.close()

    def _refuse_read_only(self, answer: object) -> None:
        if self._writable and str(answer) not in ("0", "OFF"):
            raise NotReady("read-only", "its read_only is on")

    async def _greeting(self) -> None:
        async with connected(self._host, self._port) as (reader, _):
            header = await reader.readexactly(5)
            if header[4] == _ERROR:
                (number,) = struct.unpack("<H", await reader.readexactly(2))
                error = _MysqlError(number, f"error {number}")
                raise database_failure(error) or NotReady("protocol", str(error))
        if header[4] != _PROTOCOL:
            raise NotReady("protocol", "it does not speak MySQL's protocol")


class _MysqlError(Exception):
    pass
