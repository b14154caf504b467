"""The engine, the transaction, and how far the migrations are."""

from .engine import close, engine
from .migrations import missing as missing_migrations
from .transactions import current_session, transaction

__all__ = ("close", "current_session", "engine", "missing_migrations", "transaction")
