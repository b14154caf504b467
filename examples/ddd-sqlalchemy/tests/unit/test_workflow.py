"""The rules of tickets, without a database."""

from datetime import UTC, datetime

import pytest

from app.domain.tickets import Action, State, TicketFlat, change
from app.infrastructure.application import (
    ApiError,
    ConflictError,
    ForbiddenError,
    UnprocessableError,
)

AUTHOR, ASSIGNEE, OTHER = 1, 2, 3
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def ticket(state: State) -> TicketFlat:
    """A ticket in some state."""
    assignee = None if state is State.OPEN else ASSIGNEE
    return TicketFlat(
        id=1,
        title="Paper",
        body="",
        author_id=AUTHOR,
        assignee_id=assignee,
        state=state,
        resolution=None,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("before", "action", "actor", "resolution", "after"),
    [
        (State.OPEN, Action.START, OTHER, None, State.IN_PROGRESS),
        (State.IN_PROGRESS, Action.RESOLVE, ASSIGNEE, "Done.", State.RESOLVED),
        (State.RESOLVED, Action.CLOSE, AUTHOR, None, State.CLOSED),
        (State.RESOLVED, Action.REOPEN, AUTHOR, None, State.OPEN),
        (State.CLOSED, Action.REOPEN, AUTHOR, None, State.OPEN),
    ],
)
def test_it_moves_on(
    before: State, action: Action, actor: int, resolution: str | None, after: State
) -> None:
    assert change(ticket(before), action, actor, resolution)["state"] == after


@pytest.mark.parametrize(
    ("before", "action", "actor", "resolution", "refusal"),
    [
        (State.CLOSED, Action.START, OTHER, None, ConflictError),
        (State.OPEN, Action.CLOSE, AUTHOR, None, ConflictError),
        (State.IN_PROGRESS, Action.RESOLVE, OTHER, "Done.", ForbiddenError),
        (State.RESOLVED, Action.CLOSE, ASSIGNEE, None, ForbiddenError),
        (State.IN_PROGRESS, Action.RESOLVE, ASSIGNEE, None, UnprocessableError),
        (State.OPEN, Action.START, OTHER, "Done.", UnprocessableError),
    ],
)
def test_it_is_refused(
    before: State, action: Action, actor: int, resolution: str | None, refusal: type[ApiError]
) -> None:
    with pytest.raises(refusal):
        change(ticket(before), action, actor, resolution)
