"""The catalog of a database of PostgreSQL 12 and later, as the server itself renders it."""

__all__ = [
    "fixes",
    "reading",
]
