"""The one registry of routes."""

from robyn import Robyn

from .views import health, sessions, tickets, users


def register_routes(app: Robyn) -> None:
    """Register every route of the service."""
    health.register(app)
    users.register(app)
    sessions.register(app)
    tickets.register(app)
