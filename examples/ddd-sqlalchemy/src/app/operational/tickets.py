"""To open a ticket, to find it, and to move it on."""

import json
from typing import Any

from app.domain.tickets import Action, State, TicketFlat, TicketUncommitted, change
from app.infrastructure.application import ConflictError, PrimaryKey
from app.infrastructure.cache import Cache
from app.infrastructure.database import transaction
from app.infrastructure.database.repository import TicketsRepository, UsersRepository
from app.infrastructure.mailing import Mailer

__all__ = ("get", "move", "open_", "page", "summary")

_SUMMARY = "tickets:summary"


async def open_(author_id: PrimaryKey, payload: dict[str, Any]) -> TicketFlat:
    """Add a ticket."""
    async with transaction():
        ticket = await TicketsRepository().create(TicketUncommitted(author_id=author_id, **payload))
    await _forget_summary()
    return ticket


async def get(ticket_id: PrimaryKey) -> TicketFlat:
    """Return a ticket."""
    async with transaction():
        return await TicketsRepository().get(ticket_id)


async def page(state: str | None, limit: int, offset: int) -> list[TicketFlat]:
    """Return tickets, the newest first."""
    async with transaction():
        return await TicketsRepository().page(state, limit, offset)


async def move(
    ticket_id: PrimaryKey, action: Action, actor_id: PrimaryKey, resolution: str | None
) -> TicketFlat:
    """Take an action on a ticket; its author is told by mail when it is resolved."""
    async with transaction():
        ticket = await TicketsRepository().get_locked(ticket_id)
        changes = change(ticket, action, actor_id, resolution)
        moved = await TicketsRepository().move(ticket, changes)
        author = await UsersRepository().get(ticket.author_id)
    if moved is None:
        raise ConflictError("Somebody else was faster.", code="wrong_state")
    await _forget_summary()
    if moved.state == State.RESOLVED:
        async with Mailer() as mailer:
            await mailer.send(author.email, f"Resolved: {moved.title}", moved.resolution or "")
    return moved


async def summary() -> dict[str, int]:
    """Return how many tickets are in each state, from the cache where it has that."""
    async with Cache() as cache:
        known = await cache.get(_SUMMARY)
        if known:
            counted: dict[str, int] = json.loads(known)
            return counted
        async with transaction():
            counted = await TicketsRepository().count_by_state()
        await cache.set(_SUMMARY, json.dumps(counted))
        return counted


async def _forget_summary() -> None:
    async with Cache() as cache:
        await cache.delete(_SUMMARY)
