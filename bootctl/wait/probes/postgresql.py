"""PostgreSQL: our credentials on our database, and an answer to a query.

With libpq's ``target_session_attrs=read-write`` in the URL, the answer must not be that the session
is read-only, as it is in recovery. Without a driver only the start-up packet is sent, whose answer
already tells a server that is starting from one that is not.
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import importlib
import os
import ssl
import struct
from typing import Any
from urllib.parse import urlencode

from bootctl.database import causes
from bootctl.database.hosts import is_socket
from bootctl.database.postgresql_options import for_asyncpg, for_libpq, port_of
from bootctl.database.url import Url
from bootctl.wait.connection import ATTEMPT_SECONDS, connected, first_of, typed
from bootctl.wait.database_failures import database_failure
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import WRITABLE, NotReady, Refused

DRIVERS = ("psycopg", "psycopg2", "asyncpg")
_OF_URL = {"psycopg_async": "psycopg", "aiopg": "psycopg2", "psycopg2cffi": "psycopg2"}
"""The library behind a driver that a URL names by another word."""
_PORT = 5432
_PROTOCOL = 3 << 16
_TLS_REQUEST = 80877103
_READ_ONLY = "SHOW transaction_read_only"


class PostgreSQL:
    """See ``bootctl.wait.probe.Probe``. The driver is the URL's, or the first that is installed."""

    def __init__(self, url: Url) -> None:
        self.target = str(url)
        self._url = url
        self._socket = url.query.get("host") if is_socket(url.query.get("host")) else None
        self._hosts = [(self._socket, port_of(url))] if self._socket else list(url.hosts)
        self._writable = url.query.get(WRITABLE) in ("read-write", "primary")
        own = (_OF_URL.get(url.driver, url.driver),)
        self._driver = installed(own if url.driver else DRIVERS)
        if self._driver not in DRIVERS:
            self._driver = None
        self._has_asked = False
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Log in and query where there is a driver, or else ask for the login to begin."""
        options = {**self._url.query, **self._names()}
        with typed(options=options):
            before = await self._before_driver()
        try:
            with typed(lambda e: before or self._rejected(e) or database_failure(e), options):
                if self._driver == "asyncpg":
                    await self._query_asyncpg()
                elif self._driver:
                    await asyncio.to_thread(self._query_libpq)
        except Refused as answer:
            if "certificate verify failed" in str(answer) and self._is_addressed:
                await first_of(self._url, _PORT, self._verify_certificate)
            raise

    async def _verify_certificate(self, host: str, port: int) -> None:
        """Raise what is wrong with the server's certificate: libpq says only that it is wrong."""
        query = self._url.query
        root = query.get("sslrootcert", "")
        context = ssl.create_default_context(cafile=root if os.path.isfile(root) else None)
        context.check_hostname = query.get("sslmode") == "verify-full"
        with typed():
            async with connected(host, port) as (reader, writer):
                writer.write(struct.pack("!ii", 8, _TLS_REQUEST))
                if await reader.readexactly(1) == b"S":
                    await writer.start_tls(context, server_hostname=host)

    async def _before_driver(self) -> NotReady | None:
        """Return what the start-up packet is refused with in plain text: the driver may use TLS.

        Raises it where the driver has no more to say. It is asked once even where nobody listens:
        only the driver knows of an option that it does not know.
        """
        if self._driver is not None and (self._driver == "asyncpg" or not self._is_addressed):
            return None
        try:
            own = os.environ.get("PGPORT", "")
            await first_of(self._url, int(own) if own.isdecimal() else _PORT, self._start_up)
        except Refused as answer:
            if self._driver is None:
                raise
            return answer
        except NotReady as answer:
            if self._driver is None or self._has_asked or answer.kind != "refused connection":
                raise
            self._has_asked = True
            return answer
        return None

    @property
    def _is_addressed(self) -> bool:
        """Return whether the URL says where it is: what it leaves out, libpq finds elsewhere."""
        found = {"service", "hostaddr"} & self._url.query.keys() or os.environ.get("PGSERVICE")
        return not found and all(host and not is_socket(host) for host, _ in self._hosts)

    def _names(self) -> dict[str, Any]:
        """Return whom to log in as, of what the URL says: the rest is the driver's to find."""
        names = {
            "user": self._url.user,
            "password": self._url.password,
            "database": self._url.database,
        }
        return {name: value for name, value in names.items() if value}

    async def _query_asyncpg(self) -> None:
        asyncpg = await imported("asyncpg")
        connection = await asyncpg.connect(
            f"postgresql:///?{urlencode(for_asyncpg(self._url.query))}",
            **self._places_asyncpg(),
            **self._names(),
            timeout=ATTEMPT_SECONDS,
            server_settings={"application_name": "bootctl"},
            statement_cache_size=0,  # a pooler may keep for others what is prepared
        )
        try:
            async with connection.transaction():
                self._refuse_read_only(await connection.fetchval(_READ_ONLY))
        finally:
            await connection.close(timeout=1)

    def _places_asyncpg(self) -> dict[str, Any]:
        hosts = [host for host, _ in self._hosts]
        ports = [port for _, port in self._hosts]
        places: dict[str, Any] = {"target_session_attrs": self._url.query.get(WRITABLE)}
        if any(hosts):
            places["host"] = hosts
        if any(ports):
            places["port"] = [port or _PORT for port in ports] if any(hosts) else ports[0]
        return {name: value for name, value in places.items() if value}

    def _query_libpq(self) -> None:
        driver: Any = importlib.import_module(self._driver or "")
        connection = driver.connect(**self._login_libpq())
        try:
            cursor = connection.cursor()
            cursor.execute(_READ_ONLY)
            self._refuse_read_only(cursor.fetchone()[0])
        finally:
            connection.close()

    def _login_libpq(self) -> dict[str, Any]:
        names = self._names()
        if "database" in names:
            names["dbname"] = names.pop("database")
        hosts = [host or "" for host, _ in self._hosts]
        ports = [str(port or "") for _, port in self._hosts]
        places = {"host": hosts, "port": ports}
        return {
            "connect_timeout": ATTEMPT_SECONDS,
            "application_name": "bootctl",
            **for_libpq(self._url.query),
            **{name: ",".join(values) for name, values in places.items() if any(values)},
            **names,
        }

    def _rejected(self, error: BaseException) -> NotReady | None:
        """No TLS, where the URL insists on it: asyncpg says the same of another protocol."""
        mode = self._url.query.get("sslmode") or self._url.query.get("ssl") or ""
        text = causes.root_message(error)
        insists = mode.startswith(("require", "verify"))
        return Refused("tls", text) if insists and "rejected SSL upgrade" in text else None

    def _refuse_read_only(self, answer: str) -> None:
        if self._writable and answer == "on":
            raise NotReady("read-only", "it is in recovery, or its transactions are read-only")

    async def _start_up(self, host: str, port: int) -> None:
        """Send the start-up packet and read what it is answered with."""
        user = self._url.user or os.environ.get("PGUSER", "")
        pairs = ("user", user, "database", self._url.database or os.environ.get("PGDATABASE", ""))
        body = struct.pack("!i", _PROTOCOL) + b"".join(p.encode() + b"\0" for p in pairs) + b"\0"
        async with connected(host, port) as (reader, writer):
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


def _answered(message: bytes) -> NotReady:
    """Return the failure in an ErrorResponse: fields of one letter and a text, each ended by a zero."""
    fields = {
        part[:1]: part[1:].decode("utf-8", "replace") for part in message.split(b"\0") if part
    }
    text = fields.get(b"M", "it refused the connection")
    error = Exception(text)
    error.sqlstate = fields.get(b"C", "")  # type: ignore[attr-defined]  # as drivers have it
    return database_failure(error) or NotReady("unreachable", text)
