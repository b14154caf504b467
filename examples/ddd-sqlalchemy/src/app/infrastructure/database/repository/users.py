"""Users, in the database."""

from app.domain.users import UserFlat, UserUncommitted
from app.domain.users import UsersRepository as UsersRepositoryInterface

from ...application import PrimaryKey
from ..tables import UsersTable
from .base import BaseRepository


class UsersRepository(BaseRepository[UsersTable], UsersRepositoryInterface):
    """Reads and writes ``users``."""

    async def get(self, id_: PrimaryKey) -> UserFlat:
        """Return a user."""
        return UserFlat.model_validate(await self._get("id", id_))

    async def find_by_email(self, email: str) -> UserFlat | None:
        """Return the user who has this address, if one has."""
        found = await self._find("email", email)
        return UserFlat.model_validate(found) if found else None

    async def create(self, schema: UserUncommitted) -> UserFlat:
        """Add a user."""
        return UserFlat.model_validate(await self._save(schema.model_dump()))
