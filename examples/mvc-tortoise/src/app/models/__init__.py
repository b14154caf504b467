"""What is kept: tables, the repositories that reach them, and the rules of tickets."""

from .database import close, connect, transaction
from .repository import TicketsRepository, UsersRepository
from .workflow import change

__all__ = (
    "TicketsRepository",
    "UsersRepository",
    "change",
    "close",
    "connect",
    "transaction",
)
