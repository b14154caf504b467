"""The live schema of one connection against its models."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bootctl.database.state import Difference
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.shown import VERSION_TABLES, shows
from bootctl.project.tortoise.defaults import repeats
from bootctl.verify.built import built, is_made
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read_tables
from bootctl.verify.modelled import Modelled
from bootctl.verify.renamed import renamed, renamed_catalog
from bootctl.verify.scratch import build

if TYPE_CHECKING:  # it imports Alembic, which most boots need not
    from sqlalchemy import Connection

    from bootctl.verify.compare import Compared, Schema


async def differences(
    live: Live,
    accepts: Callable[[Live, Difference], bool],
    snapshot: Catalog | None = None,
    *,
    strict: bool,
) -> tuple[tuple[Difference, ...], Modelled]:
    """Return what the database behind ``live`` lacks or has too much, compared with the models.

    Without what ``accepts`` says to be no drift, and defaults that repeat the models' own. With the
    ``snapshot`` of the database, more is compared, and it is returned what the models say of it.
    """
    if snapshot:
        models = built(await _made(live), snapshot)
        if models.whole and is_made(models.whole.filtered(shows(live)), snapshot):
            left = models.beyond(())
            return tuple(item for item in left if not accepts(live, item)), models
    expected = await _expected(live, live.models.ddl)
    found = tuple(
        item.difference
        for item in await _compared(live, expected, strict=strict)
        if not repeats(live.models.defaults, item.table, item.column, item.default)
    )
    models = built(expected.catalog, snapshot) if snapshot else Modelled(Catalog(()))
    told = [*found, *models.beyond(found)]
    return tuple(item for item in told if not accepts(live, item)), models


async def against(live: Live, ddl: str) -> "list[Compared]":
    """Return what differs from what ``ddl`` makes."""
    return await _compared(live, await _expected(live, ddl), strict=False)


async def _made(live: Live) -> Catalog:
    """Return what the models make, as the database has it."""
    found = await build(live, live.models.ddl, _read, live.ask_anew)
    return renamed_catalog(found, live.models.aliases.places, live.url.scheme)


def _read(connection: "Connection", tables: Collection[str]) -> Catalog:
    return read_tables(connection, tables, is_undone=True) if tables else Catalog(())


async def _expected(live: Live, ddl: str) -> "Schema":
    """Return what ``ddl`` makes, tables of other schemas by the names that they have there."""
    from bootctl.verify.compare import read

    found = await build(live, ddl, read)
    return renamed(found, live.models.aliases.places, live.url.scheme)


async def _compared(live: Live, expected: "Schema", *, strict: bool) -> "list[Compared]":
    """``strict``: what older code depends on, too."""
    from bootctl.verify.compare import compare

    hidden = VERSION_TABLES | live.models.unmanaged
    found: list[Compared] = await live.run(compare, expected, hidden, strict)
    return found
