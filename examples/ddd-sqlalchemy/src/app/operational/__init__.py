"""What the service does: each function is one use, from transaction to cache and mail."""

from . import health, lifespan, tickets, users

__all__ = ("health", "lifespan", "tickets", "users")
