"""What is opened when the service starts is closed when it stops."""

from loguru import logger

from app.config import settings
from app.infrastructure import cache, database


async def start() -> None:
    """Say with what the service runs; connections are made when they are first needed."""
    logger.info("serving, {}, on {}", settings.environment, settings.database.driver)


async def stop() -> None:
    """Close the connections to the cache and to the database."""
    await cache.close()
    await database.close()
    logger.info("stopped")
