"""The first process of a Python service's container: wait, migrate, verify, exec."""

__version__ = "0.1.0"
