"""The SQL that makes a live object of PostgreSQL what the expected one is."""

__all__ = [
    "plan",
]
