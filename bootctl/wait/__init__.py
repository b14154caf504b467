"""Waiting for what the service depends on: a small probe for each protocol, and the loop that asks."""

__all__ = [
    "at_once",
    "dependencies",
    "in_passing",
    "schemes",
]
