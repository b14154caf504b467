"""Whether the database has every migration that this code has."""

import asyncio
import functools
from pathlib import Path

from tortoise import connections
from tortoise.exceptions import OperationalError

from .database import kept_task, translated_errors

_PLACE = Path(__file__).with_name("migrations")
_APPLIED = "SELECT name FROM tortoise_migrations WHERE app = 'models'"


async def missing() -> list[str]:
    """Return the migrations that are not applied, in order.

    Raises:
        UnavailableError: the database cannot be reached.
    """
    known = await asyncio.to_thread(_files)
    with kept_task(), translated_errors():
        connection = connections.get("default")
        await connection.execute_query("SELECT 1")
        try:
            rows = await connection.execute_query_dict(_APPLIED)
        except OperationalError:  # there is no such table
            rows = []
    applied = {row["name"] for row in rows}
    return [name for name in known if name not in applied]


@functools.cache
def _files() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _PLACE.glob("[0-9]*.py")))
