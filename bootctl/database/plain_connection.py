"""A connection by the driver alone, for a boot that imports nothing else: each statement is its own.

What a driver raises is raised: who connects so does without, where it cannot.
"""

import importlib
import os
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Protocol
from urllib.parse import urlencode

from bootctl.database.hosts import is_socket
from bootctl.database.postgresql_options import for_asyncpg, for_libpq, port_of
from bootctl.database.url import Url

Row = Sequence[Any]
_NAME = "bootctl"
_PORT = 5432


class UnsupportedError(Exception):
    """No connection of this kind can be made for a URL."""


class PlainConnection(Protocol):
    """Connected, in autocommit."""

    dialect: str
    """``postgresql``, ``mysql`` or ``sqlite``."""

    def rows(self, statement: str) -> Sequence[Row]:
        """Execute one statement, which has no parameters, and return its rows."""

    def close(self) -> None:
        """Disconnect."""


def connect(url: Url, seconds: float) -> PlainConnection:
    """Connect within ``seconds``, which each statement may take too.

    Raises ``UnsupportedError`` for a URL whose options or driver are not known here.
    """
    if url.scheme in ("postgresql", "postgres"):
        return _postgresql(url, seconds)
    if url.scheme in ("mysql", "mariadb"):
        return MySQL(url, seconds)
    if url.scheme == "sqlite":
        return SQLite(url, seconds)
    raise UnsupportedError(url.scheme)


def _postgresql(url: Url, seconds: float) -> PlainConnection:
    drivers = (url.driver,) if url.driver else ("psycopg2", "psycopg", "asyncpg")
    found = next((name for name in drivers if name in _POSTGRESQL and find_spec(name)), None)
    if found is None:
        raise UnsupportedError(url.kind)
    connected: PlainConnection = _POSTGRESQL[found](url, seconds)
    return connected


class Asyncpg:
    """PostgreSQL by asyncpg, on an event loop of its own."""

    dialect = "postgresql"

    def __init__(self, url: Url, seconds: float) -> None:
        import asyncio

        import asyncpg

        self._loop = asyncio.new_event_loop()
        self._seconds = seconds
        connecting = asyncpg.connect(
            f"postgresql:///?{urlencode(for_asyncpg(url.query))}",
            **_places(url),
            **_names(url, "database"),
            timeout=seconds,
            command_timeout=seconds,
            server_settings={"application_name": _NAME},
            statement_cache_size=0,  # a pooler may keep for others what is prepared
        )
        try:
            self._connection: Any = self._loop.run_until_complete(connecting)
        except BaseException:
            self._loop.close()
            raise

    def rows(self, statement: str) -> Sequence[Row]:
        """Execute one statement, and return its rows."""
        found: Sequence[Row] = self._loop.run_until_complete(self._connection.fetch(statement))
        return found

    def close(self) -> None:
        """Disconnect."""
        with suppress(Exception):
            self._loop.run_until_complete(self._connection.close(timeout=1))
        self._loop.close()


class Libpq:
    """PostgreSQL by psycopg or psycopg2."""

    dialect = "postgresql"

    def __init__(self, driver: str, url: Url, seconds: float) -> None:
        module: Any = importlib.import_module(driver)
        places = {
            name: ",".join(map(str, value)) if isinstance(value, list) else value
            for name, value in _places(url).items()
        }
        self._connection: Any = module.connect(
            **{
                "connect_timeout": max(2, round(seconds)),
                "application_name": _NAME,
                **for_libpq(url.query),
                **places,
                **_names(url, "dbname"),
            }
        )
        self._connection.autocommit = True
        self._seconds = seconds

    def rows(self, statement: str) -> Sequence[Row]:
        """Execute one statement, and return its rows."""
        from threading import Timer  # libpq itself waits for ever

        timer = Timer(self._seconds, self._connection.cancel)
        timer.daemon = True
        timer.start()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            timer.cancel()

    def close(self) -> None:
        """Disconnect."""
        with suppress(Exception):
            self._connection.close()


_POSTGRESQL: dict[str, Any] = {
    "psycopg2": lambda url, seconds: Libpq("psycopg2", url, seconds),
    "psycopg": lambda url, seconds: Libpq("psycopg", url, seconds),
    "asyncpg": Asyncpg,
}


class MySQL:
    """MySQL or MariaDB by PyMySQL, on which aiomysql is built."""

    dialect = "mysql"

    def __init__(self, url: Url, seconds: float) -> None:
        if url.driver not in ("", "pymysql", "aiomysql") or set(url.query) - {"charset"}:
            raise UnsupportedError(url.kind)
        pymysql: Any = importlib.import_module("pymysql")
        self._connection: Any = pymysql.connect(
            host=url.host or "localhost",
            port=url.port or 3306,
            user=url.user or "",
            password=url.password or "",
            database=url.database,
            connect_timeout=seconds,
            read_timeout=seconds,
            charset="utf8mb4",
            autocommit=None,  # as the server has it: to set it is a statement more
        )

    def rows(self, statement: str) -> Sequence[Row]:
        """Execute one statement, and return its rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def close(self) -> None:
        """Disconnect."""
        with suppress(Exception):
            self._connection.close()


class SQLite:
    """A file, which must be there."""

    dialect = "sqlite"

    def __init__(self, url: Url, seconds: float) -> None:
        import sqlite3
        from pathlib import Path

        path = Path(url.database).absolute()
        if url.query or url.database.startswith("file:") or not path.is_file():
            raise UnsupportedError(url.kind)
        self._connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=seconds, isolation_level=None
        )

    def rows(self, statement: str) -> Sequence[Row]:
        """Execute one statement, and return its rows."""
        return self._connection.execute(statement).fetchall()

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


def _names(url: Url, database: str) -> dict[str, Any]:
    """Return whom to log in as, of what the URL says: the rest is the driver's to find."""
    names = {"user": url.user, "password": url.password, database: url.database}
    return {name: value for name, value in names.items() if value}


def _places(url: Url) -> dict[str, Any]:
    """Return where the server is, of what the URL says."""
    if {"service", "hostaddr"} & url.query.keys() or os.environ.get("PGSERVICE"):
        raise UnsupportedError("service")
    socket = url.query.get("host")
    pairs = [(socket, port_of(url))] if is_socket(socket) else list(url.hosts)
    hosts, ports = [host for host, _ in pairs], [port for _, port in pairs]
    places: dict[str, Any] = {}
    if any(hosts):
        places = {"host": hosts, "port": [port or _PORT for port in ports]}
    elif any(ports):
        places = {"port": ports[0]}
    return places
