"""PostgreSQL: our credentials on our database, and an answer to a query.

With libpq's ``target_session_attrs=read-write`` in the URL, the answer must not be that the session
is read-only, as it is in recovery. Without a driver only the start-up packet is sent, whose answer
already tells a server that is starting from one that is not.
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import importlib
import struct
from typing import Any
from urllib.parse import urlencode

from bootctl.database import driver_errors
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import ATTEMPT_SECONDS, connected, typed
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import WRITABLE, NotReady, Refused

DRIVERS = ("asyncpg", "psycopg", "psycopg2")
_PROTOCOL = 3 << 16
_READ_ONLY = "SHOW transaction_read_only"


class PostgreSQL:
    """See ``bootctl.wait.schemes.Probe``."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._host = url.query.get("host") or url.host or "localhost"
        self._port = url.port or _number(url.query.get("port", "5432"))
        self._writable = url.query.get(WRITABLE) in ("read-write", "primary")
        self._driver = installed(DRIVERS)
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
        with typed(lambda error: refusal or self._rejected(error) or _failure(error)):
            if self._driver == "asyncpg":
                await self._query_asyncpg()
            elif self._driver:
                await asyncio.to_thread(self._query_libpq)

    async def _query_asyncpg(self) -> None:
        asyncpg = await imported("asyncpg")
        tls = {key: value for key, value in self._url.query.items() if key.startswith("ssl")}
        if "ssl" in tls:  # SQLAlchemy's name for it
            tls["sslmode"] = tls.pop("ssl")
        connection = await asyncpg.connect(
            f"postgresql:///?{urlencode(tls)}",
            host=self._host,
            port=self._port,
            user=self._url.user,
            password=self._url.password,
            database=self._url.database or None,
            timeout=ATTEMPT_SECONDS,
            server_settings={"application_name": "bootctl"},
            statement_cache_size=0,  # a pooler may keep for others what is prepared
        )
        try:
            async with connection.transaction():
                self._refuse_read_only(await connection.fetchval(_READ_ONLY))
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
            connect_timeout=ATTEMPT_SECONDS,
            application_name="bootctl",
            **options,
        )
        try:
            cursor = connection.cursor()
            cursor.execute(_READ_ONLY)
            self._refuse_read_only(cursor.fetchone()[0])
        finally:
            connection.close()

    def _rejected(self, error: BaseException) -> NotReady | None:
        """No TLS, where the URL insists on it: asyncpg says the same of another protocol."""
        mode = self._url.query.get("sslmode") or self._url.query.get("ssl") or ""
        text = driver_errors.root_message(error)
        insists = mode.startswith(("require", "verify"))
        return Refused("tls", text) if insists and "rejected SSL upgrade" in text else None

    def _refuse_read_only(self, answer: str) -> None:
        if self._writable and answer == "on":
            raise NotReady("read-only", "it is in recovery, or its transactions are read-only")

    async def _start_up(self) -> None:
        """Send the start-up packet and read what it is answered with."""
        pairs = ("user", self._url.user or "", "database", self._url.database)
        body = struct.pack("!i", _PROTOCOL) + b"".join(p.encode() + b"\0" for p in pairs) + b"\0"
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
    text = fields.get(b"M", "it refused the connection")
    error = Exception(text)
    error.sqlstate = fields.get(b"C", "")  # type: ignore[attr-defined]  # as drivers have it
    return _failure(error) or NotReady("unreachable", text)


def _failure(error: BaseException) -> NotReady | None:
    text = driver_errors.root_message(error)
    if any(said in text for said in _TLS):
        return Refused("tls", text)
    found = driver_errors.classify(error)
    return (Refused if found.refused else NotReady)(found.kind, text) if found else None


_TLS = ("does not support SSL", "certificate")
"""What libpq says of a server that has no TLS, or not the certificate that it wants."""
