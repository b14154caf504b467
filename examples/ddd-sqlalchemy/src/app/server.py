"""The Robyn app: ``python -m app.server`` serves it."""

from robyn import Robyn

from app.config import settings
from app.infrastructure import application, logging
from app.infrastructure.authentication import JWTAuthenticationHandler
from app.operational import lifespan
from app.presentation import register_routes

logging.configure()  # before Robyn, which sets up a log of its own where there is none
app: Robyn = application.create(
    __file__,
    routes=register_routes,
    authentication=JWTAuthenticationHandler(),
    startup=lifespan.start,
    shutdown=lifespan.stop,
)

if __name__ == "__main__":
    app.start(host=settings.server.host, port=settings.server.port)
