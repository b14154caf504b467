"""The connections that Tortoise has open, and SQLAlchemy's view of them."""

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, StaticPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from tortoise import Tortoise
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from bootctl.backends.orm.models import Described, described
from bootctl.errors import MigrationError
from bootctl.url import Url

_DIALECTS = {
    "asyncpg": "postgresql+asyncpg",
    "psycopg": "postgresql+psycopg",
    "aiomysql": "mysql+aiomysql",
    "asyncmy": "mysql+asyncmy",
    "aiosqlite": "sqlite+aiosqlite",
}


_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Live:
    """One open connection to one database, in a transaction where the database has them."""

    name: str
    url: Url
    models: Described
    """The models whose tables are there."""
    owner: Any
    """Tortoise's client of the connection."""
    client: Any
    """The same within the transaction."""
    raw: Any
    """The driver's connection."""

    async def run(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """Call ``function`` with SQLAlchemy's view of the connection, and ``args``."""
        async with _alchemy(self.raw) as connection:
            return await connection.run_sync(function, *args)

    async def scalar(self, query: str) -> Any:
        """The only value that ``query`` gives."""
        return await self.run(lambda connection: connection.exec_driver_sql(query).scalar())


@asynccontextmanager
async def initialised(configuration: dict[str, Any]) -> AsyncIterator[None]:
    """Tortoise with its models and connections; these are closed whatever happens."""
    try:
        await Tortoise.init(config=configuration)
        yield
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def looking(name: str, url: Url) -> AsyncIterator[Live]:
    """Connection ``name``, with which nothing is written: what is done is rolled back."""
    client = Tortoise.get_connection(name)
    models = described(client)
    if url.scheme == "sqlite":
        # Tortoise's own sets journal_mode, which writes; and a missing file would be created.
        file = url.database if os.path.exists(url.database) else ":memory:"
        async with aiosqlite.connect(file) as raw:
            yield Live(name, url, models, client, client, raw)
        return
    async with in_transaction(name) as transaction:
        try:
            yield Live(name, url, models, client, transaction, transaction._connection)
        finally:
            await transaction.rollback()


@asynccontextmanager
async def migrating(name: str, url: Url) -> AsyncIterator[Live]:
    """Connection ``name`` in a transaction that is committed unless an exception leaves it."""
    client = Tortoise.get_connection(name)
    models = described(client)
    constraints = _deferred_to_the_end if url.scheme == "sqlite" else contextlib.nullcontext
    async with constraints(name), in_transaction(name) as transaction:
        yield Live(name, url, models, client, transaction, transaction._connection)


class Executes(Exception):  # noqa: N818  # not an error
    """A migration executes a statement where none may be."""


_EXECUTING = (
    "_in_transaction",
    "acquire_connection",
    "execute_insert",
    "execute_many",
    "execute_query",
    "execute_query_dict",
    "execute_script",
)


@contextlib.contextmanager
def silent(names: Iterable[str]) -> Any:
    """Let no connection execute anything: what tries to raises ``Executes``."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise Executes

    clients = [Tortoise.get_connection(name) for name in names]
    for client in clients:
        vars(client).update(dict.fromkeys(_EXECUTING, refuse))
    try:
        yield
    finally:
        for client in clients:
            for name in _EXECUTING:
                delattr(client, name)


@contextlib.contextmanager
def transactional_scripts() -> Any:
    """Let SQLite run a script inside a transaction: Python's ``executescript`` commits it first."""
    original = SqliteClient.execute_script

    async def execute_script(client: Any, query: str) -> None:
        async with client.acquire_connection() as connection:
            inside = connection.in_transaction
            for statement in _statements(query) if inside else ():
                try:
                    await (await connection.execute(statement)).close()
                except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
                    translated = OperationalError(error)
                    translated.statement = statement  # type: ignore[attr-defined]
                    raise translated from error
        if not inside:
            await original(client, query)

    SqliteClient.execute_script = execute_script  # type: ignore[method-assign]
    try:
        yield
    finally:
        SqliteClient.execute_script = original  # type: ignore[method-assign]


def _statements(script: str) -> list[str]:
    found, current = [], ""
    for part in script.split(";"):
        current += f"{part};"
        if sqlite3.complete_statement(current):
            found.append(current)
            current = ""
    if current.strip(" \n\t;"):
        found.append(current)
    return [statement for statement in found if statement.strip(" \n\t;")]


@asynccontextmanager
async def _deferred_to_the_end(name: str) -> AsyncIterator[None]:
    """No foreign key acts while tables are recreated; at the end none may be violated.

    With foreign keys on, dropping a table deletes the rows that refer to it, and in a
    transaction they cannot be turned off: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    client = Tortoise.get_connection(name)
    await client.execute_query("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await client.execute_query("PRAGMA foreign_keys=ON")


async def violated_foreign_keys(live: Live) -> frozenset[tuple[Any, ...]]:
    """The rows of an SQLite database that refer to nothing: table, rowid, and the table referred to."""
    if live.url.scheme != "sqlite":
        return frozenset()

    def check(connection: Connection) -> frozenset[tuple[Any, ...]]:
        return frozenset(map(tuple, connection.exec_driver_sql("PRAGMA foreign_key_check")))

    return await live.run(check)


def refuse_violations(
    before: frozenset[tuple[Any, ...]], after: frozenset[tuple[Any, ...]]
) -> None:
    """Raise ``MigrationError`` for rows that refer to nothing and did not before."""
    tables = sorted({f"{row[0]} (to {row[2]})" for row in after - before})
    if tables:
        raise MigrationError(
            f"after the migrations, rows refer to rows that are not there: {', '.join(tables)}",
            hint="Delete or correct these rows in the migration too: on SQLite, ON DELETE does "
            "not act while migrations run.",
            tables=tables,
        )


@asynccontextmanager
async def _alchemy(raw: Any) -> AsyncIterator[AsyncConnection]:
    """SQLAlchemy on a connection that stays Tortoise's: it neither ends transactions nor closes."""
    driver = type(raw).__module__.partition(".")[0]

    async def creator() -> Any:
        return raw

    engine = create_async_engine(
        f"{_DIALECTS[driver]}://", async_creator=creator, poolclass=StaticPool
    )
    dialect: Any = engine.dialect
    for method in ("do_begin", "do_rollback", "do_commit", "do_close", "do_terminate"):
        setattr(dialect, method, _nothing)
    with _plain_rows(raw):
        connection = await engine.connect()
        try:
            yield connection
        finally:
            await connection.close()


@contextlib.contextmanager
def _plain_rows(raw: Any) -> Any:
    """Rows as the driver gives them by default, where Tortoise asked for dictionaries."""
    given = getattr(raw, "row_factory", None)
    if given is None:
        yield
        return
    raw.row_factory = _default_rows(raw)
    try:
        yield
    finally:
        raw.row_factory = given


def _default_rows(raw: Any) -> Callable[..., Any] | None:
    if isinstance(raw, aiosqlite.Connection):
        return None
    from psycopg.rows import tuple_row

    return tuple_row


def _nothing(*args: Any) -> None:
    pass
