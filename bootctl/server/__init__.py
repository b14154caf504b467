"""The server's command, the exec that becomes it, and the init that may stay beside it."""

__all__ = [
    "command",
    "launch",
    "startup_health",
]
