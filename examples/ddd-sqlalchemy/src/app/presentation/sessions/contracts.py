"""What is heard and said of sessions."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ...infrastructure.application import Address, PrimaryKey, PublicEntity


class SignInBody(PublicEntity):
    """Somebody who signs in."""

    email: Address
    password: Annotated[str, Field(max_length=128)]


class TokenPublic(PublicEntity):
    """What ``Authorization: Bearer`` wants."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 -- names a scheme
    expires_at: datetime


class SessionPublic(PublicEntity):
    """What the cookie keeps."""

    user_id: PrimaryKey | None
