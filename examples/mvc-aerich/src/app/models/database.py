"""The connection of this process, the transaction, and what a database's refusal means to who asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from loguru import logger
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import set_global_context
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from ..config import settings
from ..utils import ConflictError, UnavailableError

_ENGINES = {"postgresql": "asyncpg", "mysql": "mysql", "mariadb": "mysql"}
_TIMEOUTS = {"asyncpg": "timeout", "mysql": "connect_timeout"}
_current: ContextVar[BaseDBAsyncClient] = ContextVar("database_connection")
_running: set[asyncio.Task[Any] | None] = set()


def _connection() -> dict[str, Any]:
    known = settings.database
    if known.is_file:
        credentials: dict[str, Any] = {"file_path": known.file}
        return {"engine": "tortoise.backends.sqlite", "credentials": credentials}
    engine = _ENGINES[known.driver.partition("+")[0]]
    credentials = {
        "host": known.host,
        "port": known.port,
        "user": known.user,
        "password": known.password.get_secret_value(),
        "database": known.name,
        "maxsize": known.pool_size,
        _TIMEOUTS[engine]: known.timeout_seconds,
    }
    return {"engine": f"tortoise.backends.{engine}", "credentials": credentials}


TORTOISE_ORM = {
    "connections": {"default": _connection()},
    "apps": {"models": {"models": ["app.models.tables", "aerich.models"]}},
    "use_tz": True,
    "timezone": "UTC",
}


async def connect() -> None:
    """Set Tortoise up for every handler: each runs in a context of its own."""
    set_global_context(await Tortoise.init(TORTOISE_ORM))


async def close() -> None:
    """Close its connections, when the service stops."""
    await Tortoise.close_connections()


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Commit what is written inside, or nothing of it.

    Raises:
        ConflictError: a constraint refuses it.
        UnavailableError: the database cannot be reached.
    """
    with kept_task(), translated_errors():
        async with in_transaction("default") as connection:
            token = _current.set(connection)
            try:
                yield
            finally:
                _current.reset(token)


@contextmanager
def kept_task() -> Iterator[None]:
    """Keep a reference to the handler's task, as Robyn does not and asyncio's are weak.

    A task that waits for a connection that nobody else knows yet could be collected as garbage.
    """
    task = asyncio.current_task()
    _running.add(task)
    try:
        yield
    finally:
        _running.discard(task)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn a driver's errors into the API's: what was sent to the database is in neither."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError from error
    except (DBConnectionError, OperationalError, OSError) as error:
        logger.error("the database cannot be asked: {}", type(error).__name__)
        raise UnavailableError from error


def current_connection() -> BaseDBAsyncClient:
    """Return the connection of the transaction around the caller."""
    try:
        return _current.get()
    except LookupError:
        raise RuntimeError("a repository is used within transaction() only") from None
