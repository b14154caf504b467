"""The only way to the tables."""

from .base import BaseRepository
from .tickets import TicketsRepository
from .users import UsersRepository

__all__ = (
    "BaseRepository",
    "TicketsRepository",
    "UsersRepository",
)
