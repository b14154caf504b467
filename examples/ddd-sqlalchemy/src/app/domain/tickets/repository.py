"""What the domain needs of where tickets are kept."""

from abc import ABC, abstractmethod
from typing import Any

from ...infrastructure.application import PrimaryKey
from .entities import TicketFlat, TicketUncommitted


class TicketsRepository(ABC):
    """Where tickets are kept."""

    @abstractmethod
    async def get(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def get_locked(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket that nobody else changes before this transaction ends.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def page(self, state: str | None, limit: int, offset: int) -> list[TicketFlat]:
        """Return tickets, the newest first."""

    @abstractmethod
    async def count_by_state(self) -> dict[str, int]:
        """Return how many tickets are in each state."""

    @abstractmethod
    async def create(self, schema: TicketUncommitted) -> TicketFlat:
        """Add a ticket."""

    @abstractmethod
    async def move(self, ticket: TicketFlat, changes: dict[str, Any]) -> TicketFlat | None:
        """Change a ticket that is as it was read; return nothing where somebody was faster."""
