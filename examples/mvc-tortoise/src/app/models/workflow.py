"""The rules: who may do what with a ticket, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..schemas import Action, State, TicketFlat
from ..utils import ConflictError, ForbiddenError, PrimaryKey, UnprocessableError


@dataclass(frozen=True)
class _Rule:
    """Where an action leads from and to, and who may take it."""

    before: frozenset[State]
    after: State
    may: Callable[[TicketFlat, PrimaryKey], bool]
    who: str


def _anybody(ticket: TicketFlat, actor_id: PrimaryKey) -> bool:
    return True


def _author(ticket: TicketFlat, actor_id: PrimaryKey) -> bool:
    return actor_id == ticket.author_id


def _assignee(ticket: TicketFlat, actor_id: PrimaryKey) -> bool:
    return actor_id == ticket.assignee_id


_DONE = frozenset({State.RESOLVED, State.CLOSED})
_RULES = {
    Action.START: _Rule(frozenset({State.OPEN}), State.IN_PROGRESS, _anybody, "Anybody"),
    Action.RESOLVE: _Rule(
        frozenset({State.IN_PROGRESS}), State.RESOLVED, _assignee, "Only its assignee"
    ),
    Action.CLOSE: _Rule(frozenset({State.RESOLVED}), State.CLOSED, _author, "Only its author"),
    Action.REOPEN: _Rule(_DONE, State.OPEN, _author, "Only its author"),
}


def change(
    ticket: TicketFlat, action: Action, actor_id: PrimaryKey, resolution: str | None
) -> dict[str, Any]:
    """Return what an action changes of a ticket.

    Raises:
        ConflictError: the ticket is not where the action leads from.
        ForbiddenError: it is not this user's to take.
        UnprocessableError: resolving says nothing, or another action says something.
    """
    rule = _RULES[action]
    if ticket.state not in rule.before:
        message = f"A ticket that is {ticket.state} cannot be changed by {action.value}."
        raise ConflictError(message, code="wrong_state")
    if not rule.may(ticket, actor_id):
        raise ForbiddenError(f"{rule.who} may {action.value} a ticket.")
    if (action is Action.RESOLVE) != bool(resolution):
        raise UnprocessableError("A resolution goes with resolve, and with nothing else.")
    return {"state": rule.after, **_beside(action, actor_id, resolution)}


def _beside(action: Action, actor_id: PrimaryKey, resolution: str | None) -> dict[str, Any]:
    if action is Action.START:
        return {"assignee_id": actor_id}
    if action is Action.RESOLVE:
        return {"resolution": resolution}
    return {"assignee_id": None, "resolution": None} if action is Action.REOPEN else {}
