"""The entrypoint files that users copy: fitted to their project, and written into it."""

__all__ = [
    "scaffold",
]
