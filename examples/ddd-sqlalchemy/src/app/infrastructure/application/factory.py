"""How the app is put together; the order of these lines is the order in which a request meets them."""

from collections.abc import Awaitable, Callable

from robyn import Robyn
from robyn.authentication import AuthenticationHandler

from . import middlewares
from .responses import error_response


def create(
    file: str,
    *,
    routes: Callable[[Robyn], None],
    authentication: AuthenticationHandler,
    startup: Callable[[], Awaitable[None]],
    shutdown: Callable[[], Awaitable[None]],
) -> Robyn:
    """Return the app. Routes come last: Robyn gives each what was configured before it."""
    app = Robyn(file)
    app.exception(error_response)
    app.configure_authentication(authentication)
    app.startup_handler(startup)
    app.shutdown_handler(shutdown)
    middlewares.register(app)
    routes(app)
    return app
