"""What is heard and said: the bodies of requests, and the results of responses."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ..schemas import Action, PrimaryKey, Priority, PublicEntity, State
from ..utils import Address, Line, Text


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


class TicketCreateBody(PublicEntity):
    """A ticket to be opened."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    body: Annotated[Text, Field(max_length=4000)] = ""
    priority: Priority = Priority.NORMAL


class TransitionBody(PublicEntity):
    """An action on a ticket; resolving it says how."""

    action: Action
    resolution: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None


class TicketQuery(PublicEntity):
    """Which tickets are wanted."""

    state: State | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class TicketPublic(PublicEntity):
    """A ticket."""

    id: PrimaryKey
    title: str
    body: str
    state: State
    priority: Priority
    resolution: str | None
    author_id: PrimaryKey
    assignee_id: PrimaryKey | None
    created_at: datetime
    updated_at: datetime


class SummaryPublic(PublicEntity):
    """How many tickets are in each state."""

    open: int
    in_progress: int
    resolved: int
    closed: int
