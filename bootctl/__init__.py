"""The first process of a Python service's container: wait, migrate, verify, exec."""

__version__ = "1.0.0rc1"
