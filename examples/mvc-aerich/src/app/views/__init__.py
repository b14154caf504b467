"""What is heard and said: a module of routes for each thing."""

from . import health, sessions, tickets, users

__all__ = (
    "health",
    "sessions",
    "tickets",
    "users",
)
