"""The only way to the tables, within a transaction."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from ..schemas import PrimaryKey, State, TicketFlat, TicketUncommitted, UserFlat, UserUncommitted
from ..utils import NotFoundError
from .database import current_connection
from .tables import BaseTable, TicketsTable, UsersTable

Table = TypeVar("Table", bound=BaseTable)


class BaseRepository(Generic[Table]):
    """Reads and writes one table."""

    schema_class: type[Table]

    def __init__(self) -> None:
        self._connection = current_connection()

    def _filter(self, **filters: Any) -> QuerySet[Table]:
        return self.schema_class.filter(**filters).using_db(self._connection)

    async def _get(self, key: str, value: Any) -> Table:
        found = await self._filter(**{key: value}).first()
        if found is None:
            raise NotFoundError
        return found

    async def _all(self) -> AsyncGenerator[Table, None]:
        async for row in self._filter().order_by("id"):
            yield row

    async def _save(self, payload: dict[str, Any]) -> Table:
        row = self.schema_class(**payload)
        await row.save(using_db=self._connection)
        await row.refresh_from_db(using_db=self._connection)
        return row

    async def _update(self, attr: str, value: Any, payload: dict[str, Any]) -> Table:
        row = await self._get(attr, value)
        row.update_from_dict(payload)
        await row.save(using_db=self._connection)
        return row

    async def delete(self, id_: PrimaryKey) -> None:
        """Delete a row; that there is none is no error."""
        await self._filter(id=id_).delete()


class UsersRepository(BaseRepository[UsersTable]):
    """Reads and writes ``users``."""

    schema_class = UsersTable

    async def get(self, id_: PrimaryKey) -> UserFlat:
        """Return a user."""
        return UserFlat.model_validate(await self._get("id", id_))

    async def find_by_email(self, email: str) -> UserFlat | None:
        """Return the user who has this address, if one has."""
        found = await self._filter(email=email).first()
        return UserFlat.model_validate(found) if found else None

    async def create(self, schema: UserUncommitted) -> UserFlat:
        """Add a user."""
        return UserFlat.model_validate(await self._save(schema.model_dump()))


class TicketsRepository(BaseRepository[TicketsTable]):
    """Reads and writes ``tickets``."""

    schema_class = TicketsTable

    async def get(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket."""
        return TicketFlat.model_validate(await self._get("id", id_))

    async def get_locked(self, id_: PrimaryKey) -> TicketFlat:
        """Return a ticket that nobody else changes before this transaction ends."""
        found = await self._filter(id=id_).select_for_update().first()
        if found is None:
            raise NotFoundError
        return TicketFlat.model_validate(found)

    async def page(self, state: str | None, limit: int, offset: int) -> list[TicketFlat]:
        """Return tickets, the newest first."""
        wanted = self._filter(state=state) if state else self._filter()
        rows = await wanted.order_by("-id").limit(limit).offset(offset)
        return [TicketFlat.model_validate(row) for row in rows]

    async def count_by_state(self) -> dict[str, int]:
        """Return how many tickets are in each state."""
        grouped = self._filter().annotate(count=Count("id")).group_by("state")
        counted = {row["state"]: row["count"] for row in await grouped.values("state", "count")}
        return {state: counted.get(state, 0) for state in State}

    async def create(self, schema: TicketUncommitted) -> TicketFlat:
        """Add a ticket."""
        return TicketFlat.model_validate(await self._save(schema.model_dump()))

    async def move(self, ticket: TicketFlat, changes: dict[str, Any]) -> TicketFlat | None:
        """Change a ticket that is as it was read; return nothing where somebody was faster."""
        unchanged = self._filter(id=ticket.id, state=ticket.state)
        changed = await unchanged.update(**changes, updated_at=datetime.now(UTC))
        return await self.get(ticket.id) if changed else None
