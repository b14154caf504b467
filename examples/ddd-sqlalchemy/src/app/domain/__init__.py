"""What the service is about: entities, their rules, and what they need of a repository."""

from . import tickets, users

__all__ = ("tickets", "users")
