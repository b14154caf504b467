"""What the domain needs of where users are kept."""

from abc import ABC, abstractmethod

from ...infrastructure.application import PrimaryKey
from .entities import UserFlat, UserUncommitted


class UsersRepository(ABC):
    """Where users are kept."""

    @abstractmethod
    async def get(self, id_: PrimaryKey) -> UserFlat:
        """Return a user.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def find_by_email(self, email: str) -> UserFlat | None:
        """Return the user who has this address, if one has."""

    @abstractmethod
    async def create(self, schema: UserUncommitted) -> UserFlat:
        """Add a user.

        Raises:
            ConflictError: somebody has the address.
        """
