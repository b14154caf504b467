"""What is heard and said of users."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ...infrastructure.application import Address, Line, PrimaryKey, PublicEntity


class UserCreateBody(PublicEntity):
    """Somebody who registers."""

    email: Address
    full_name: Annotated[Line, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=12, max_length=128)]


class UserPublic(PublicEntity):
    """A user, without their password."""

    id: PrimaryKey
    email: str
    full_name: str
    created_at: datetime
