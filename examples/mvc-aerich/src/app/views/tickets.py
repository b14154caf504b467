"""The routes of tickets."""

import json

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ..cache import Cache
from ..mailing import Mailer
from ..models import TicketsRepository, UsersRepository, change, transaction
from ..schemas import (
    Action,
    PrimaryKey,
    Response,
    ResponseMulti,
    State,
    TicketFlat,
    TicketUncommitted,
    parse_primary_key,
)
from ..utils import ConflictError, actor_id, answer, query
from .contracts import SummaryPublic, TicketCreateBody, TicketPublic, TicketQuery, TransitionBody

_SUMMARY = "tickets:summary"


def register(app: Robyn) -> None:
    """Register the routes of tickets."""

    @app.post("/tickets", auth_required=True, openapi_tags=["tickets"])
    async def open_(request: Request, body: TicketCreateBody) -> RobynResponse:
        """Open a ticket."""
        schema = TicketUncommitted(author_id=actor_id(request), **body.model_dump())
        async with transaction():
            ticket = await TicketsRepository().create(schema)
        await _forget_summary()
        return answer(Response[TicketPublic](result=TicketPublic.model_validate(ticket)), 201)

    @app.get("/tickets", auth_required=True, openapi_tags=["tickets"])
    async def page(request: Request) -> ResponseMulti[TicketPublic]:
        """List tickets, the newest first."""
        wanted = query(request, TicketQuery)
        async with transaction():
            tickets = await TicketsRepository().page(wanted.state, wanted.limit, wanted.offset)
        return ResponseMulti[TicketPublic](
            result=[TicketPublic.model_validate(ticket) for ticket in tickets]
        )

    @app.get("/tickets/summary", auth_required=True, openapi_tags=["tickets"])
    async def summary(request: Request) -> Response[SummaryPublic]:
        """Count the tickets in each state."""
        counted = await _counted()
        return Response[SummaryPublic](result=SummaryPublic.model_validate(counted))

    @app.get("/tickets/:id", auth_required=True, openapi_tags=["tickets"])
    async def get(request: Request) -> Response[TicketPublic]:
        """Show a ticket."""
        async with transaction():
            ticket = await TicketsRepository().get(parse_primary_key(request.path_params["id"]))
        return Response[TicketPublic](result=TicketPublic.model_validate(ticket))

    @app.post("/tickets/:id/transitions", auth_required=True, openapi_tags=["tickets"])
    async def move(request: Request, body: TransitionBody) -> Response[TicketPublic]:
        """Take an action on a ticket; its author is told by mail when it is resolved."""
        id_ = parse_primary_key(request.path_params["id"])
        ticket, address = await _moved(id_, actor_id(request), body)
        await _forget_summary()
        if ticket.state == State.RESOLVED:
            async with Mailer() as mailer:
                await mailer.send(address, f"Resolved: {ticket.title}", ticket.resolution or "")
        return Response[TicketPublic](result=TicketPublic.model_validate(ticket))


async def _moved(
    id_: PrimaryKey, actor: PrimaryKey, body: TransitionBody
) -> tuple[TicketFlat, str]:
    """Return the ticket as it is now, and its author's address."""
    async with transaction():
        ticket = await TicketsRepository().get_locked(id_)
        changes = change(ticket, Action(body.action), actor, body.resolution)
        moved = await TicketsRepository().move(ticket, changes)
        author = await UsersRepository().get(ticket.author_id)
    if moved is None:
        raise ConflictError("Somebody else was faster.", code="wrong_state")
    return moved, author.email


async def _counted() -> dict[str, int]:
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
