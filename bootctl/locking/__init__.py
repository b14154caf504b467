"""The migration lock, for each kind of database, and who holds a lock that others wait for."""

__all__ = [
    "lock",
    "mutex",
    "pooler",
]
