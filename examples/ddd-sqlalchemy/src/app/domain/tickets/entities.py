"""A ticket, before and after there is a row."""

from enum import StrEnum

from ...infrastructure.application import InternalEntity, PrimaryKey, TimeStampMixin


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
