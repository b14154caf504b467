"""What every request passes. Robyn calls them in the order of their registration, both ways."""

from robyn import Robyn

from . import envelopes, limits, sessions, tracing

__all__ = ("envelopes", "limits", "register", "sessions", "tracing")


def register(app: Robyn) -> None:
    """Register all of them: the line in the log is written last."""
    envelopes.register(app)
    sessions.register(app)
    tracing.register(app)
    limits.register(app)
