"""A fresh, real database for a test, and a dump of all it holds."""

import os
import re
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bootctl.ledger.autogenerate import LEDGER
from tests.support.servers import standard

_RECEIPT = re.compile(
    r"(?m)^receipt:\t.*\n"  # pg_dump's
    r"|^INSERT INTO \"bootctl_ledger\" VALUES\('receipt:'.*\n"  # SQLite's
    r"|\('receipt:',[^()]*\),\n?|,\n?\('receipt:',[^()]*\)"  # mariadb-dump's, which writes all rows in one statement
)


@dataclass(frozen=True)
class Database:
    """One database of the test's own."""

    kind: str
    name: str
    host: str = ""
    port: int = 0
    user: str = ""

    @property
    def sync_url(self) -> str:
        """For an env.py that is not async."""
        return self._url(
            {"postgresql": "+psycopg2", "mariadb": "+pymysql", "sqlite": ""}[self.kind]
        )

    @property
    def async_url(self) -> str:
        """For an env.py that is."""
        drivers = {"postgresql": "+asyncpg", "mariadb": "+aiomysql", "sqlite": "+aiosqlite"}
        return self._url(drivers[self.kind])

    @property
    def tortoise_url(self) -> str:
        """For Tortoise's connections, whose SQLite URLs have the file after two slashes."""
        if self.kind == "sqlite":
            return f"sqlite://{self.name}"
        return self._url("").replace("postgresql:", "postgres:")

    def _url(self, driver: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite{driver}:///{self.name}"
        scheme = "mysql" if self.kind == "mariadb" else self.kind
        return f"{scheme}{driver}://{self.user}@{self.host}:{self.port}/{self.name}"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement, commit, and return its rows."""
        with self._connection() as connection:
            if self.kind == "postgresql":
                connection.autocommit = True  # for CREATE INDEX CONCURRENTLY
            cursor = connection.cursor()
            cursor.execute(statement)
            rows = list(cursor.fetchall()) if cursor.description else []
            connection.commit()
            return rows

    def tables(self) -> set[str]:
        """The names of its tables, schema-qualified outside of the default schema.

        Without bootctl's ledger, which comes with every migration and is no part of a project.
        """
        if self.kind == "sqlite":
            if not os.path.exists(self.name):
                return set()
            rows = self.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"
            )
        elif self.kind == "mariadb":
            rows = self.execute("SHOW TABLES")
        else:
            rows = self.execute(
                "SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename "
                "FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        return {row[0] for row in rows if not row[0].endswith(LEDGER)}

    def dump(self) -> str:
        """Schema and rows, as the database's own tool writes them.

        Without receipts, the one row that a boot at head may write.
        """
        return _RECEIPT.sub("", self.whole_dump())

    def whole_dump(self) -> str:
        """Schema and all rows, as the database's own tool writes them."""
        if self.kind == "sqlite":
            if not os.path.exists(self.name):
                return "no file"
            with self._connection() as connection:
                return "\n".join(connection.iterdump())
        if self.kind == "mariadb":
            return _output("mariadb-dump", "--skip-comments", *self._options(), self.name)
        text = _output("pg_dump", "-h", self.host, "-p", str(self.port), "-U", self.user, self.name)
        return re.sub(r"(?m)^(--|\\(un)?restrict ).*$", "", text)

    def _options(self) -> list[str]:
        return ["-h", self.host, "-P", str(self.port), "-u", self.user]

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A cursor of a session of its own, which ends afterwards."""
        with self._connection() as connection:
            yield connection.cursor()

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        if self.kind == "sqlite":
            connection: Any = sqlite3.connect(self.name)
        elif self.kind == "mariadb":
            import pymysql

            connection = pymysql.connect(
                host=self.host, port=self.port, user=self.user, database=self.name
            )
        else:
            import psycopg2

            connection = psycopg2.connect(
                host=self.host, port=self.port, user=self.user, dbname=self.name
            )
        try:
            yield connection
        finally:
            connection.close()


def _output(program: str, *arguments: str) -> str:
    found = shutil.which(program) or str(standard.postgresql_binary(program))
    return subprocess.run([found, *arguments], check=True, capture_output=True, text=True).stdout


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[Database]:
    """A new, empty database of ``kind``, dropped afterwards."""
    name = f"bootctl_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        yield Database("sqlite", str(folder / f"{name}.db"))
        return
    server = standard.server(kind)
    database = Database(kind, name, server.host, server.port, server.user)
    _create(database)
    try:
        yield database
    finally:
        _drop(database)


def empty(database: Database) -> None:
    """Make a database as it was at first, when nobody is connected to it."""
    if database.kind == "sqlite":
        for path in Path(database.name).parent.glob(f"{Path(database.name).name}*"):
            path.unlink()
    elif database.kind == "postgresql":  # faster than a database
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        _drop(database)
        _create(database)


def _create(database: Database) -> None:
    _server(database).execute(f"CREATE DATABASE {database.name}")


def _drop(database: Database) -> None:
    force = " WITH (FORCE)" if database.kind == "postgresql" else ""
    _server(database).execute(f"DROP DATABASE {database.name}{force}")


def _server(database: Database) -> Database:
    """A database that is always there."""
    return replace(database, name="postgres" if database.kind == "postgresql" else "mysql")
