"""SQLAlchemy's view of a connection that Tortoise has open."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bootctl.database.sqlalchemy_internals import (
    async_engine,
    in_greenlet,
    leave_transactions_alone,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

DIALECTS = {
    "asyncpg": "postgresql+asyncpg",
    "psycopg": "postgresql+psycopg",
    "aiomysql": "mysql+aiomysql",
    "asyncmy": "mysql+asyncmy",
    "aiosqlite": "sqlite+aiosqlite",
}


def engine_of(raw: Any) -> "Engine":
    """Return SQLAlchemy's engine of a connection that stays Tortoise's.

    It neither ends transactions nor closes.
    """
    from sqlalchemy import StaticPool

    modules = [base.__module__.partition(".")[0] for base in type(raw).__mro__]
    driver = next(name for name in modules if name in DIALECTS)  # Tortoise may derive from it

    async def creator() -> Any:
        return raw

    options: dict[str, Any] = {}
    if driver == "asyncpg" and not raw.is_in_transaction():  # the dialect would begin one
        options["isolation_level"] = "AUTOCOMMIT"
    engine = async_engine(DIALECTS[driver], creator, poolclass=StaticPool, **options)
    leave_transactions_alone(engine.dialect)
    return engine


@asynccontextmanager
async def viewed(raw: Any, engine: "Engine") -> "AsyncIterator[Connection]":
    """Yield SQLAlchemy's connection of ``engine``, which is that of ``raw``."""
    with _plain_rows(raw):
        connection = await in_greenlet(engine.connect)
        try:
            yield connection
        finally:
            await in_greenlet(connection.close)


@contextlib.contextmanager
def _plain_rows(raw: Any) -> Iterator[None]:
    given = getattr(raw, "row_factory", None)
    plain(raw)
    try:
        yield
    finally:
        if given is not None:
            raw.row_factory = given


def plain(raw: Any) -> Any:
    """``raw``, with rows as its driver gives them by default, where Tortoise asked for dictionaries."""
    if getattr(raw, "row_factory", None) is not None:
        raw.row_factory = _default_rows(raw)
    return raw


def _default_rows(raw: Any) -> Callable[..., Any] | None:
    if any(base.__module__.startswith("aiosqlite") for base in type(raw).__mro__):
        return None
    from psycopg.rows import tuple_row

    return tuple_row
