"""The connections that Tortoise has open, and SQLAlchemy's view of them."""

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from bootctl.database.driver_connection import DriverConnection, in_turns, is_asyncpg
from bootctl.database.session import Execute
from bootctl.database.sqlalchemy_internals import in_greenlet
from bootctl.database.statement_count import ASKED, between
from bootctl.database.transactions import NUMBER, is_in_block
from bootctl.database.url import Url
from bootctl.migrate.protocol import SessionMarker
from bootctl.migrate.tortoise_common.views import DIALECTS, engine_of, viewed
from bootctl.project.tortoise.internals import hang_up, pinned, raw_connection
from bootctl.project.tortoise.models import Described, described, has_schemas
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from bootctl.migrate.progress import Progress
    from bootctl.migrate.witness import Witness
    from bootctl.project.tortoise.databases import Databases

_PATIENCE = "500ms"
"""How long a look waits for a table that somebody has locked."""

_Result = TypeVar("_Result")


def dialect(url: Url) -> str:
    """Return SQLAlchemy's name for how Tortoise connects to ``url``: of two drivers it prefers one."""
    if url.scheme == "mysql":
        return DIALECTS["asyncmy" if find_spec("asyncmy") else "aiomysql"]
    return DIALECTS[url.driver or "aiosqlite"]


@frozen
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
    engine: "Callable[[], Engine] | None" = None
    """SQLAlchemy's of that connection, where nothing changes the session that it has asked about at first."""

    @property
    def is_transactional(self) -> bool:
        """Return whether DDL is rolled back with its transaction."""
        return self.url.scheme != "mysql"

    async def run(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """Call ``function`` with SQLAlchemy's view of the connection, and ``args``."""
        engine = self.engine() if self.engine else engine_of(self.raw)
        async with viewed(self.raw, engine) as connection:
            return await in_greenlet(function, connection, *args)

    async def run_anew(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """Call ``function`` as ``run`` does, with the session as it is now."""
        return await replace(self, engine=None).run(function, *args)

    async def ask(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """Call ``function``, which only reads, as ``run`` does, or by the driver itself where that serves."""
        asked: _Result = await self._asking(self.run, function, *args)
        return asked

    async def ask_anew(self, function: Callable[..., _Result], *args: Any) -> _Result:
        """Call ``function`` as ``ask`` does, with the session as it is now."""
        asked: _Result = await self._asking(self.run_anew, function, *args)
        return asked

    async def _asking(self, otherwise: Callable[..., Any], *call: Any) -> Any:
        if is_asyncpg(self.raw) and self.raw.is_in_transaction():
            # What an error of the driver means is known of the one that SQLAlchemy makes of it.
            with contextlib.suppress(Exception):
                async with self._savepoint("bootctl_asked"):
                    return await in_turns(call[0], DriverConnection(self.raw), *call[1:])
        return await otherwise(*call)

    @asynccontextmanager
    async def _savepoint(self, name: str) -> AsyncIterator[None]:
        """Undo in PostgreSQL's transaction what is done inside."""
        await self.raw.execute(f"SAVEPOINT {name}")
        try:
            yield
        finally:
            await self.raw.execute(f"ROLLBACK TO SAVEPOINT {name}")

    @asynccontextmanager
    async def marked(self, session: SessionMarker | None) -> AsyncIterator[None]:
        """Let it be known to other processes inside."""
        if session is None or self.url.scheme == "sqlite":
            yield
            return
        await self._tell(session.mark)
        try:
            yield
        finally:
            if self.url.scheme == "mysql" or not is_in_block(self.raw):
                with contextlib.suppress(Exception):  # with a connection that is lost, so is this
                    await self._tell(session.unmark)

    async def _tell(self, what: Callable[[Url, Execute], None]) -> None:
        def tell(connection: "Connection") -> None:
            def execute(statement: str) -> object:
                return connection.exec_driver_sql(statement).scalar()

            what(self.url, execute)

        await self.run(tell)

    @asynccontextmanager
    async def counted(self, progress: "Progress") -> AsyncIterator[None]:
        """Count the statements that are executed inside, up to a failure."""
        before = await self._asked()
        try:
            yield
        except Exception:
            progress.executed = between(before, await self._asked())
            raise

    async def _asked(self) -> int | None:
        """Return the number of statements so far: see ``bootctl.database.statement_count``."""
        if self.url.scheme == "mysql":
            with contextlib.suppress(Exception):
                _, rows = await self.client.execute_query(ASKED)
                return int(rows[0]["Value"])
        return None

    @asynccontextmanager
    async def witnessed(self, witness: "Witness") -> AsyncIterator[None]:
        """Have ``witness`` look at the transaction where what is inside fails."""
        try:
            yield
        except Exception:
            if self.url.scheme == "postgresql":
                with contextlib.suppress(Exception):  # of a connection that is lost
                    in_block = is_in_block(self.raw)
                    if in_block:
                        await self.raw.execute("ROLLBACK")
                    witness.failed(str(await self._value(NUMBER)), in_block=in_block)
            raise

    async def _value(self, query: str) -> Any:
        """Return the only value that ``query`` gives, by the driver: SQLAlchemy asks more at first."""
        if hasattr(self.raw, "fetchval"):
            return await self.raw.fetchval(query)
        row = await (await self.raw.execute(query)).fetchone()
        return next(iter(row.values() if isinstance(row, dict) else row))

    @asynccontextmanager
    async def impatient(self) -> AsyncIterator[None]:
        """Let what only reads inside fail on PostgreSQL rather than wait for a lock of another's."""
        if self.url.scheme != "postgresql":
            yield
            return
        await self.client.execute_query("SAVEPOINT impatient")
        try:
            await self.client.execute_query(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            yield
        finally:
            await self.client.execute_query("ROLLBACK TO SAVEPOINT impatient")

    async def execute(self, script: str) -> None:
        """Execute statements in the transaction."""
        await self.client.execute_script(script)

    async def scalar(self, query: str) -> Any:
        """Return the only value that ``query`` gives."""
        return await self.ask(lambda connection: connection.exec_driver_sql(query).scalar())


@asynccontextmanager
async def initialised(databases: "Databases", *, migrating: bool) -> AsyncIterator[None]:
    """Tortoise with its models and connections; these are closed whatever happens.

    ``migrating``: a server is waited for, which frees what a session has.
    """
    configuration = databases.configuration(migrating=migrating)
    try:
        await Tortoise.init(config=configuration)
        yield
        for name in () if migrating else configuration["connections"]:
            hang_up(Tortoise.get_connection(name))
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def looking(name: str, url: Url) -> AsyncIterator[Live]:
    """Connection ``name``, with which nothing is written: what is done is rolled back."""
    client = Tortoise.get_connection(name)
    models = await _described(client, url)
    if url.scheme == "sqlite":
        # Tortoise's own sets journal_mode, which writes; and a missing file would be created.
        file = url.database if os.path.exists(url.database) else ":memory:"
        from aiosqlite import connect  # of one kind of database

        async with connect(file) as raw:
            yield Live(name, url, models, client, client, raw, cache(partial(engine_of, raw)))
        return
    async with in_transaction(name) as transaction:
        raw = raw_connection(transaction)
        try:
            yield Live(name, url, models, client, transaction, raw, cache(partial(engine_of, raw)))
        finally:
            await transaction.rollback()


_DEFAULT = {"postgresql": "SELECT current_schema() AS name", "mysql": "SELECT DATABASE() AS name"}


async def _described(client: Any, url: Url) -> Described:
    """Return the models of a connection; where they name schemas, it is asked which is its own."""
    if url.scheme == "sqlite" or not has_schemas(client):
        return described(client)
    _, rows = await client.execute_query(_DEFAULT[url.scheme])
    return described(client, rows[0]["name"] or "")


@asynccontextmanager
async def migrating(
    name: str, url: Url, session: SessionMarker | None = None
) -> AsyncIterator[Live]:
    """Connection ``name`` in a transaction that is committed unless an exception leaves it."""
    client = Tortoise.get_connection(name)
    models = await _described(client, url)
    from bootctl.migrate.tortoise_common.sqlite import deferred_foreign_keys  # not at head

    constraints = deferred_foreign_keys if url.scheme == "sqlite" else contextlib.nullcontext
    async with constraints(name), in_transaction(name) as transaction:
        raw = raw_connection(transaction)
        live = Live(name, url, models, client, transaction, raw, _engine(url, raw))
        async with live.marked(session), _transactional(url, live.raw):
            yield live


@asynccontextmanager
async def committing(name: str, url: Url, session: SessionMarker) -> AsyncIterator[Live]:
    """Connection ``name`` where every statement commits, in one session all of them."""
    client: Any = Tortoise.get_connection(name)
    models = await _described(client, url)
    if url.scheme == "sqlite":
        async with client.acquire_connection() as raw:
            pass
        yield Live(name, url, models, client, client, raw)
        return
    # DDL of MySQL ends the savepoint that a transaction inside would be.
    context = pinned(client, nested=url.scheme != "mysql")
    async with context as one:
        raw = raw_connection(one)
        live = Live(name, url, models, client, one, raw, _engine(url, raw))
        async with live.marked(session), _transactional(url, live.raw):
            yield live


def _engine(url: Url, raw: Any) -> "Callable[[], Engine] | None":
    """Return one engine for all that is executed while MySQL migrates: each asks the session six times at first.

    Nothing that is executed then depends on what a migration may have set for its session.
    """
    return cache(partial(engine_of, raw)) if url.scheme == "mysql" else None


@asynccontextmanager
async def _transactional(url: Url, raw: Any) -> AsyncIterator[None]:
    """Have rows be committed by the next DDL or at the end, as Alembic does, where DDL commits.

    Each by itself, it would not be known of the last one whether it was.
    """
    if url.scheme != "mysql":
        yield
        return
    await raw.autocommit(False)
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):  # of a connection that is lost
            await raw.rollback()
            await raw.autocommit(True)
        raise
    await raw.commit()
    await raw.autocommit(True)
