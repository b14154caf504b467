"""Whether the database has every migration that this code has."""

import asyncio
import functools

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.config import ROOT

from .engine import engine
from .transactions import kept_task, translated_errors

_PLACE = ROOT / "src/app/infrastructure/database/migrations"


async def missing() -> list[str]:
    """Return the revisions that are not applied, in order.

    A database that a newer release has migrated misses none.

    Raises:
        UnavailableError: the database cannot be reached.
    """
    with kept_task(), translated_errors():
        async with engine().connect() as connection:
            applied = await connection.run_sync(_applied)
    known = await asyncio.to_thread(_revisions)
    if applied and not applied <= set(known):
        return []
    positions = [known.index(revision) for revision in applied]
    return list(known[max(positions, default=-1) + 1 :])


def _applied(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


@functools.cache
def _revisions() -> tuple[str, ...]:
    scripts = ScriptDirectory(str(_PLACE)).walk_revisions()
    return tuple(script.revision for script in scripts)[::-1]
