"""Tickets, and the way they go."""

from .entities import Action, Priority, State, TicketFlat, TicketUncommitted
from .repository import TicketsRepository
from .workflow import change

__all__ = (
    "Action",
    "Priority",
    "State",
    "TicketFlat",
    "TicketUncommitted",
    "TicketsRepository",
    "change",
)
