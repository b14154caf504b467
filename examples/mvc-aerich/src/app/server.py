"""The Robyn app: ``python -m app.server`` serves it."""

from loguru import logger
from robyn import Robyn

from app import cache, logs, middlewares, models
from app.authentication import JWTAuthenticationHandler
from app.config import settings
from app.urls import register_routes
from app.utils import error_response


async def start() -> None:
    """Say with what the service runs; connections are made when they are first needed."""
    await models.connect()
    logger.info("serving, {}, on {}", settings.environment, settings.database.driver)


async def stop() -> None:
    """Close the connections to the cache and to the database."""
    await cache.close()
    await models.close()
    logger.info("stopped")


logs.configure()  # before Robyn, which sets up a log of its own where there is none
app = Robyn(__file__)
app.exception(error_response)
app.configure_authentication(JWTAuthenticationHandler())
app.startup_handler(start)
app.shutdown_handler(stop)
middlewares.register(app)
register_routes(app)  # last: Robyn gives each route what was configured before it

if __name__ == "__main__":
    app.start(host=settings.server.host, port=settings.server.port)
