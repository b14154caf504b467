"""Tickets, in the database."""

from typing import Any

from sqlalchemy import func, select, update

from app.domain.tickets import State, TicketFlat, TicketUncommitted
from app.domain.tickets import TicketsRepository as TicketsRepositoryInterface

from ...application import NotFoundError, PrimaryKey
from ..tables import TicketsTable
from .base import BaseRepository


class TicketsRepository(BaseRepository[TicketsTable], TicketsRepositoryInterface):
    """Reads and writes ``tickets``."""

    async def get(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket."""
        return TicketFlat.model_validate(await self._get("id", id_))

    async def get_locked(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket that nobody else changes before this transaction ends."""
        query = select(TicketsTable).where(TicketsTable.id == id_).with_for_update()
        found = await self._session.scalar(query)
        if found is None:
            raise NotFoundError
        return TicketFlat.model_validate(found)

    async def page(self, state: str | None, limit: int, offset: int) -> list[TicketFlat]:
        """Return tickets, the newest first."""
        query = select(TicketsTable).order_by(TicketsTable.id.desc()).limit(limit).offset(offset)
        if state:
            query = query.where(TicketsTable.state == state)
        return [TicketFlat.model_validate(row) for row in await self._session.scalars(query)]

    async def count_by_state(self) -> dict[str, int]:
        """Return how many tickets are in each state."""
        query = select(TicketsTable.state, func.count()).group_by(TicketsTable.state)
        counted = dict((await self._session.execute(query)).tuples().all())
        return {state: counted.get(state, 0) for state in State}

    async def create(self, schema: TicketUncommitted) -> TicketFlat:
        """Add a ticket."""
        return TicketFlat.model_validate(await self._save(schema.model_dump()))

    async def move(self, ticket: TicketFlat, changes: dict[str, Any]) -> TicketFlat | None:
        """Change a ticket that is as it was read; return nothing where somebody was faster."""
        changed: Any = await self._session.execute(
            update(TicketsTable)
            .where(TicketsTable.id == ticket.id, TicketsTable.state == ticket.state)
            .values(changes)
        )
        return await self.get(ticket.id) if changed.rowcount else None
