"""What every repository can do, within a transaction."""

from collections.abc import AsyncGenerator
from typing import Any, Generic, TypeVar, get_args, get_origin

from sqlalchemy import delete, select

from ...application import NotFoundError
from ..services import current_session
from ..tables import BaseTable

Table = TypeVar("Table", bound=BaseTable)


class BaseRepository(Generic[Table]):
    """Reads and writes one table, which is the parameter of the class."""

    schema_class: type[Table]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in getattr(cls, "__orig_bases__", ()):
            if get_origin(base) is BaseRepository:
                [cls.schema_class] = get_args(base)

    def __init__(self) -> None:
        self._session = current_session()

    async def _find(self, key: str, value: Any) -> Table | None:
        column = getattr(self.schema_class, key)
        found: Table | None = await self._session.scalar(
            select(self.schema_class)
            .where(column == value)
            .execution_options(populate_existing=True)
        )
        return found

    async def _get(self, key: str, value: Any) -> Table:
        found = await self._find(key, value)
        if found is None:
            raise NotFoundError
        return found

    async def _all(self) -> AsyncGenerator[Table, None]:
        rows = await self._session.scalars(select(self.schema_class).order_by(self.schema_class.id))
        for row in rows:
            yield row

    async def _save(self, payload: dict[str, Any]) -> Table:
        row = self.schema_class(**payload)
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def _update(self, attr: str, value: Any, payload: dict[str, Any]) -> Table:
        row = await self._get(attr, value)
        for name, content in payload.items():
            setattr(row, name, content)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def delete(self, id_: int) -> None:
        """Delete a row; that there is none is no error."""
        await self._session.execute(delete(self.schema_class).where(self.schema_class.id == id_))
