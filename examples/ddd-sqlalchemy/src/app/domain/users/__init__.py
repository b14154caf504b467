"""Users."""

from .entities import UserFlat, UserUncommitted
from .repository import UsersRepository

__all__ = (
    "UserFlat",
    "UserUncommitted",
    "UsersRepository",
)
