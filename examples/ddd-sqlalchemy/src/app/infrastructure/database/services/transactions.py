"""The one way to write, and what a database's refusal means to who asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from loguru import logger
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from ...application import ConflictError, UnavailableError
from .engine import engine

_current: ContextVar[AsyncSession] = ContextVar("database_session")
_running: set[asyncio.Task[Any] | None] = set()


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Commit what is written inside, or nothing of it.

    Raises:
        ConflictError: a constraint refuses it.
        UnavailableError: the database cannot be reached.
    """
    with kept_task(), translated_errors():
        async with AsyncSession(engine(), expire_on_commit=False) as session, session.begin():
            token = _current.set(session)
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
    except (InterfaceError, OperationalError, PoolTimeoutError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        logger.error("the database cannot be asked: {}", type(cause).__name__)
        raise UnavailableError from error


def current_session() -> AsyncSession:
    """Return the session of the transaction around the caller."""
    try:
        return _current.get()
    except LookupError:
        raise RuntimeError("a repository is used within transaction() only") from None
