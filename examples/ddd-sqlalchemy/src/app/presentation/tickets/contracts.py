"""What is heard and said of tickets."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ...domain.tickets import Action, Priority, State
from ...infrastructure.application import Line, PrimaryKey, PublicEntity, Text


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
