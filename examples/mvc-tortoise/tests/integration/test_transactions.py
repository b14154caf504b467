"""What is written together stays together, on a database that bootctl has migrated."""

import asyncio

import pytest

from app.models import UsersRepository, close, connect, transaction
from app.schemas import UserFlat, UserUncommitted
from app.utils import ConflictError


def user(email: str) -> UserUncommitted:
    """Somebody with this address."""
    return UserUncommitted(email=email, full_name="Somebody", password_hash="-")


async def add(*addresses: str) -> None:
    """Add users, all or none."""
    async with transaction():
        for address in addresses:
            await UsersRepository().create(user(address))


async def found(address: str) -> UserFlat | None:
    """Return the user of an address."""
    async with transaction():
        return await UsersRepository().find_by_email(address)


async def tell() -> None:
    """Add the same address twice."""
    await connect()
    try:
        await add("one@example.com")
        with pytest.raises(ConflictError):
            await add("two@example.com", "one@example.com")
        assert await found("one@example.com")
        assert await found("two@example.com") is None
        with pytest.raises(RuntimeError, match="within transaction"):
            UsersRepository()
    finally:
        await close()


def test_a_conflict_takes_all_back() -> None:
    asyncio.run(tell())
