"""PostgreSQL: our credentials on our database, and an answer to a query.

Without a driver only the start-up packet is sent, whose answer already tells a server that is
starting from one that is not. https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import importlib.util
import struct
from typing import Any

from bootctl import dberrors
from bootctl.errors import SettingsError
from bootctl.probes.probe import NotReady, Refused
from bootctl.probes.tcp import connected
from bootctl.probes.threads import in_thread
from bootctl.url import Url

_CONNECT_SECONDS = 5


class PostgreSQL:
    """See ``bootctl.probes.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._host = url.query.get("host") or url.host or "localhost"
        self._port = url.port or _number(url.query.get("port", "5432"))
        self._driver = next((name for name in _DRIVERS if importlib.util.find_spec(name)), None)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and query where there is a driver, or else ask for the login to begin."""
        refusal: Refused | None = None
        if self._driver != "asyncpg" and not self._host.startswith("/"):
            try:
                await self._start_up()
            except Refused as answer:
                if self._driver is None:
                    raise
                refusal = answer  # in plain text; the driver may use TLS
        try:
            if self._driver == "asyncpg":
                await self._query_asyncpg()
            elif self._driver:
                await in_thread(self._query_libpq)
        except NotReady:
            raise
        except Exception as error:
            raise refusal or _failure(error) from error

    async def _query_asyncpg(self) -> None:
        import asyncpg

        connection = await asyncpg.connect(
            host=self._host,
            port=self._port,
            user=self._url.user,
            password=self._url.password,
            database=self._url.database or None,
            ssl=self._url.query.get("ssl") or self._url.query.get("sslmode"),
            timeout=_CONNECT_SECONDS,
            server_settings={"application_name": "bootctl"},
        )
        try:
            await connection.fetchval("SELECT 1")
        finally:
            await connection.close(timeout=1)

    def _query_libpq(self) -> None:
        driver: Any = importlib.import_module(self._driver or "")
        options = {k: v for k, v in self._url.query.items() if k.startswith("ssl")}
        connection = driver.connect(
            host=self._host,
            port=self._port,
            user=self._url.user,
            password=self._url.password,
            dbname=self._url.database or None,
            connect_timeout=_CONNECT_SECONDS,
            application_name="bootctl",
            **options,
        )
        try:
            connection.cursor().execute("SELECT 1")
        finally:
            connection.close()

    async def _start_up(self) -> None:
        """Send the start-up packet and read what it is answered with."""
        pairs = ("user", self._url.user or "", "database", self._url.database)
        body = struct.pack("!i", 196608) + b"".join(p.encode() + b"\0" for p in pairs) + b"\0"
        async with connected(self._host, self._port) as (reader, writer):
            writer.write(struct.pack("!i", len(body) + 4) + body)
            try:
                header = await reader.readexactly(5)
                if header[:1] not in (b"R", b"E", b"N", b"v"):
                    raise NotReady("protocol", "it does not speak PostgreSQL's protocol")
                if header[:1] == b"E":
                    (length,) = struct.unpack("!i", header[1:])
                    raise _answered(await reader.readexactly(min(length - 4, 8192)))
            except (EOFError, OSError) as error:
                raise NotReady("protocol", "it hung up on PostgreSQL's start-up packet") from error


_DRIVERS = ("asyncpg", "psycopg", "psycopg2")


def _number(port: str) -> int:
    if not port.isdecimal():
        raise SettingsError(
            "the port in the URL's query is not a number", hint="Write it as port=5432."
        )
    return int(port)


def _answered(message: bytes) -> NotReady:
    """The failure in an ErrorResponse: fields of one letter and a text, each ended by a zero."""
    fields = {
        part[:1]: part[1:].decode("utf-8", "replace") for part in message.split(b"\0") if part
    }
    error = Exception(fields.get(b"M", "it refused the connection"))
    error.sqlstate = fields.get(b"C", "")  # type: ignore[attr-defined]
    return _failure(error)


def _failure(error: Exception) -> NotReady:
    found = dberrors.classify(error)
    text = dberrors.root_message(error)
    if found is None:
        # libpq gives no SQLSTATE for a refused login; the start-up packet was accepted just now.
        if "too many connections" in text or "connection slots" in text:
            return NotReady("too many connections", text)
        if "authentication" in text or "no password supplied" in text:
            return Refused("credentials", text)
        if "FATAL" in text:
            return Refused("refused", text)
    if found is None:
        return NotReady("unreachable", text)
    return (Refused if found.refused else NotReady)(found.kind, text)
