"""The routes of tickets."""

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ...domain.tickets import Action
from ...infrastructure.application import (
    Response,
    ResponseMulti,
    actor_id,
    answer,
    parse_primary_key,
    query,
)
from ...operational import tickets as tickets_ops
from .contracts import SummaryPublic, TicketCreateBody, TicketPublic, TicketQuery, TransitionBody


def register(app: Robyn) -> None:
    """Register the routes of tickets."""

    @app.post("/tickets", auth_required=True, openapi_tags=["tickets"])
    async def open_(request: Request, body: TicketCreateBody) -> RobynResponse:
        """Open a ticket."""
        ticket = await tickets_ops.open_(actor_id(request), body.model_dump())
        return answer(Response[TicketPublic](result=TicketPublic.model_validate(ticket)), 201)

    @app.get("/tickets", auth_required=True, openapi_tags=["tickets"])
    async def page(request: Request) -> ResponseMulti[TicketPublic]:
        """List tickets, the newest first."""
        wanted = query(request, TicketQuery)
        tickets = await tickets_ops.page(wanted.state, wanted.limit, wanted.offset)
        return ResponseMulti[TicketPublic](
            result=[TicketPublic.model_validate(ticket) for ticket in tickets]
        )

    @app.get("/tickets/summary", auth_required=True, openapi_tags=["tickets"])
    async def summary(request: Request) -> Response[SummaryPublic]:
        """Count the tickets in each state."""
        counted = await tickets_ops.summary()
        return Response[SummaryPublic](result=SummaryPublic.model_validate(counted))

    @app.get("/tickets/:id", auth_required=True, openapi_tags=["tickets"])
    async def get(request: Request) -> Response[TicketPublic]:
        """Show a ticket."""
        ticket = await tickets_ops.get(parse_primary_key(request.path_params["id"]))
        return Response[TicketPublic](result=TicketPublic.model_validate(ticket))

    @app.post("/tickets/:id/transitions", auth_required=True, openapi_tags=["tickets"])
    async def move(request: Request, body: TransitionBody) -> Response[TicketPublic]:
        """Take an action on a ticket."""
        ticket = await tickets_ops.move(
            parse_primary_key(request.path_params["id"]),
            Action(body.action),
            actor_id(request),
            body.resolution,
        )
        return Response[TicketPublic](result=TicketPublic.model_validate(ticket))
