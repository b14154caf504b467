"""Applying migrations: a backend for each ORM behind one protocol, and the loop that tries again."""

__all__ = [
    "backends",
    "inspection",
    "meanwhile",
    "protocol",
    "retry",
    "risk",
    "round_trip",
    "upgraded",
]
