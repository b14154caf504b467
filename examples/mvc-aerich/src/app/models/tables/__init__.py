"""The tables, a module for each."""

from .base import BaseTable
from .tickets import TicketsTable
from .users import UsersTable

__all__ = (
    "BaseTable",
    "TicketsTable",
    "UsersTable",
)
