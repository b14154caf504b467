"""The engine of this process."""

import functools
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.config import settings

_TIMEOUTS = {"postgresql": "timeout", "mysql": "connect_timeout", "mariadb": "connect_timeout"}


def url() -> URL:
    """Return where the database is, as the settings say."""
    known = settings.database
    if known.is_file:
        return URL.create(known.driver, database=known.file)
    return URL.create(
        known.driver,
        username=known.user,
        password=known.password.get_secret_value() or None,
        host=known.host,
        port=known.port,
        database=known.name,
    )


@functools.cache
def engine() -> AsyncEngine:
    """Return the engine, which connects when it is first used."""
    if settings.database.is_file:
        made = create_async_engine(url())
        event.listen(made.sync_engine, "connect", _enforce_foreign_keys)
        return made
    known = settings.database
    return create_async_engine(
        url(),
        pool_pre_ping=True,
        pool_size=known.pool_size,
        pool_timeout=known.timeout_seconds,
        connect_args={_TIMEOUTS[url().get_backend_name()]: known.timeout_seconds},
    )


async def close() -> None:
    """Close its connections, when the service stops."""
    await engine().dispose()
    engine.cache_clear()


def _enforce_foreign_keys(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")  # SQLite ignores them unless it is told
