"""The live schema as one plain value, read in a handful of queries, and what two such values differ in."""

__all__ = [
    "changes",
    "objects",
    "read",
]
