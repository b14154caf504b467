"""The schema that statements make, built where it can leave nothing behind."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractContextManager, asynccontextmanager, closing
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bootctl.database.url import Url
from bootctl.verify.scratch_databases import (
    ALL_PRIVILEGES,
    GRANT_ALL,
    drop_abandoned,
    new_name,
    privileged,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Made = TypeVar("_Made")
Reading = Callable[["Connection", Collection[str]], _Made]
"""Reads tables, which may be temporary ones, by their names."""
_TEMPORARY = """
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p')
"""
_BEFORE = f"""
    SELECT current_setting('search_path'), (SELECT json_agg(relname)::text FROM ({_TEMPORARY}) own)
"""  # noqa: S608  # of nobody's words


class Live(Protocol):
    """An open connection to the live database, in a transaction where the database has them."""

    @property
    def url(self) -> Url:
        """Return where the connection leads to."""

    async def execute(self, script: str) -> None:
        """Execute statements in the transaction."""

    async def scalar(self, query: str) -> Any:
        """Return the only value that ``query`` gives."""

    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call ``function`` with SQLAlchemy's view of the connection, and ``args``."""

    async def run_anew(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call ``function`` so where the session was changed: its default schema, or database."""

    async def ask(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call ``function`` as ``run`` does, where it needs of SQLAlchemy no more than to execute text."""

    async def ask_anew(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call ``function`` so where the session was changed."""


Anew = Callable[..., Awaitable[Any]]
"""``run_anew``, or ``ask_anew``."""


async def build(live: Live, ddl: str, reading: Reading[_Made], anew: Anew | None = None) -> _Made:
    """Return what ``reading`` reads of the tables that ``ddl`` makes in the kind of database that ``live`` is.

    ``anew``: ``live.ask_anew``, where that serves the reading, and else its ``run_anew``. Raises ``RefusedError`` where this needs a privilege that the role has not.
    """
    if not ddl.strip():
        nothing: _Made = await live.run(reading, ())
        return nothing
    builders = {"sqlite": _in_memory, "postgresql": _as_temporary_tables, "mysql": _in_scratch}
    made: _Made = await builders[live.url.scheme](live, ddl, reading, anew or live.run_anew)
    return made


async def _in_memory(live: Live, ddl: str, reading: Reading[_Made], _: Anew) -> _Made:
    import sqlite3

    from sqlalchemy import StaticPool, create_engine, inspect

    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript(ddl)
        engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
        with engine.connect() as connection:
            return reading(connection, inspect(connection).get_table_names())


async def _as_temporary_tables(live: Live, ddl: str, reading: Reading[_Made], anew: Anew) -> _Made:
    path, own = await live.ask(lambda c: c.exec_driver_sql(_BEFORE).one())
    before = json.loads(own or "[]")
    await live.execute("SAVEPOINT bootctl")
    try:
        # The extensions' types are on the rest of the path.
        within = f"SET LOCAL search_path = pg_temp{path and f', {path}'}"
        grant = f"GRANT TEMPORARY ON DATABASE {live.url.database}"
        with _privileged("TEMPORARY on the database", grant):
            await live.execute(f"{within}; {ddl}")
        found: _Made = await anew(lambda c: reading(c, _temporary_tables(c).difference(before)))
        return found
    finally:
        await live.execute("ROLLBACK TO SAVEPOINT bootctl")


def _temporary_tables(connection: "Connection") -> set[str]:
    return set(connection.exec_driver_sql(_TEMPORARY).scalars())


async def _in_scratch(live: Live, ddl: str, reading: Reading[_Made], anew: Anew) -> _Made:
    from sqlalchemy import inspect

    async with _scratch_database(live):
        await live.execute(ddl)
        found: _Made = await anew(lambda c: reading(c, inspect(c).get_table_names()))
        return found


@asynccontextmanager
async def _scratch_database(live: Live) -> AsyncIterator[None]:
    """A database of the connection's own, with the character set of the live one; dropped."""
    name = new_name()
    own = live.url.database.replace("`", "``")
    characters = await live.scalar("SELECT @@character_set_database")
    collation = await live.scalar("SELECT @@collation_database")
    await live.scalar(f"SELECT GET_LOCK('{name}', 0)")  # as long as somebody uses it
    with _privileged(ALL_PRIVILEGES, GRANT_ALL):
        await live.execute(f"CREATE DATABASE {name} CHARACTER SET {characters} COLLATE {collation}")
    try:
        await live.execute(f"USE {name}")
        yield
    finally:
        await live.execute(f"USE `{own}`; DROP DATABASE {name}")
        await live.run(drop_abandoned)
        await live.scalar(f"SELECT RELEASE_LOCK('{name}')")


def _privileged(what: str, grant: str) -> AbstractContextManager[None]:
    return privileged(
        "the models' schema cannot be built to compare the live one with it",
        what,
        f"{grant} TO the role of the service or of database.migration_url, or accept an "
        "unverified schema with BOOTCTL__VERIFY__MODE=off.",
    )
