"""The cache. What it loses can be made again, so a cache that is away costs time and no answer."""

import functools
from types import TracebackType
from typing import Any, Self

from loguru import logger
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from app.config import settings


class Cache:
    """Entries for as long as ``async with`` lasts; its connection goes back to the pool."""

    def __init__(self) -> None:
        self._redis = _client()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._redis.aclose()

    async def get(self, key: str) -> str | None:
        """Return an entry; ``None`` where there is none."""
        try:
            found = await self._redis.get(key)
        except (RedisError, OSError) as error:
            _is_away(error)
            return None
        return None if found is None else str(found)

    async def set(self, key: str, value: str) -> None:
        """Keep an entry for ``SETTINGS__CACHE__TTL_SECONDS``."""
        try:
            await self._redis.set(key, value, ex=settings.cache.ttl_seconds)
        except (RedisError, OSError) as error:
            _is_away(error)

    async def delete(self, key: str) -> None:
        """Forget an entry."""
        try:
            await self._redis.delete(key)
        except (RedisError, OSError) as error:
            _is_away(error)


async def close() -> None:
    """Close the pool's connections, when the service stops."""
    if not settings.cache.use_fake:
        await _pool().aclose()
        _pool.cache_clear()


def _client() -> Redis:
    return _fake() if settings.cache.use_fake else Redis(connection_pool=_pool())


@functools.cache
def _pool() -> ConnectionPool:
    known = settings.cache
    return ConnectionPool(
        host=known.host,
        port=known.port,
        db=known.db,
        password=known.password.get_secret_value() or None,
        socket_timeout=known.timeout_seconds,
        socket_connect_timeout=known.timeout_seconds,
        decode_responses=True,
    )


def _fake() -> Redis:
    from fakeredis import FakeAsyncRedis  # only development has it

    return FakeAsyncRedis(server=_fake_server(), decode_responses=True)


@functools.cache
def _fake_server() -> Any:
    from fakeredis import FakeServer

    return FakeServer()


def _is_away(error: Exception) -> None:
    logger.warning("the cache cannot be asked: {}", type(error).__name__)
