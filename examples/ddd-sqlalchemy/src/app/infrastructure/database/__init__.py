"""The database: its tables, its repositories, and the transactions that they work within."""

from .services import close, engine, missing_migrations, transaction
from .tables import Base

__all__ = ("Base", "close", "engine", "missing_migrations", "transaction")
