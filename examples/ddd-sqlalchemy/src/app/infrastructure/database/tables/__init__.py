"""The tables, a module for each."""

from .base import Base, BaseTable
from .tickets import TicketsTable
from .users import UsersTable

__all__ = (
    "Base",
    "BaseTable",
    "TicketsTable",
    "UsersTable",
)
