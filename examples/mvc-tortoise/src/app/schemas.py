"""What is passed between views and models."""

from enum import StrEnum

from .utils import (
    InternalEntity,
    PrimaryKey,
    PublicEntity,
    Response,
    ResponseMulti,
    TimeStampMixin,
    parse_primary_key,
)

__all__ = (
    "Action",
    "PrimaryKey",
    "Priority",
    "PublicEntity",
    "Response",
    "ResponseMulti",
    "State",
    "TicketFlat",
    "TicketUncommitted",
    "UserFlat",
    "UserUncommitted",
    "parse_primary_key",
)


class UserUncommitted(InternalEntity):
    """A user to be added."""

    email: str
    full_name: str
    password_hash: str


class UserFlat(UserUncommitted, TimeStampMixin):
    """A user."""

    id: PrimaryKey


class State(StrEnum):
    """Where a ticket is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Action(StrEnum):
    """What moves a ticket from one state to another."""

    START = "start"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class TicketUncommitted(InternalEntity):
    """A ticket to be added."""

    title: str
    body: str
    priority: Priority = Priority.NORMAL
    author_id: PrimaryKey


class TicketFlat(TicketUncommitted, TimeStampMixin):
    """A ticket."""

    id: PrimaryKey
    state: State
    assignee_id: PrimaryKey | None
    resolution: str | None
