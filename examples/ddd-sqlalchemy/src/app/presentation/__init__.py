"""What is heard and said: the one registry of routes, and their contracts."""

from robyn import Robyn

from . import health, sessions, tickets, users


def register_routes(app: Robyn) -> None:
    """Register every route of the service."""
    health.register(app)
    users.register(app)
    sessions.register(app)
    tickets.register(app)
