"""The live schema of one connection against its models."""

from collections.abc import Callable

from bootctl.database.state import Difference
from bootctl.errors import DriftError
from bootctl.ledger.autogenerate import LEDGER
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.project.tortoise.defaults import repeats
from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.compare import Compared, compare
from bootctl.verify.live import Shows
from bootctl.verify.scratch import build

VERSION_TABLES = frozenset({"aerich", "tortoise_migrations", LEDGER})
"""Tables that are their tool's own affair, and bootctl's."""


def shows(live: Live) -> Shows:
    """Return what tells if an object of the database is the project's."""
    hidden = VERSION_TABLES | live.models.unmanaged

    def shown(item: SchemaObject) -> bool:
        return (item.name if item.kind == "table" else item.table) not in hidden

    return shown


async def differences(
    live: Live, accepts: Callable[[Live, Difference], bool], *, strict: bool
) -> tuple[Difference, ...]:
    """Return what the database behind ``live`` lacks or has too much, compared with the models.

    Without what ``accepts`` says to be no drift, and defaults that repeat the models' own.
    """
    found = await against(live, live.models.ddl, strict=strict)
    return tuple(
        item.difference
        for item in found
        if not accepts(live, item.difference)
        and not repeats(live.models.defaults, item.table, item.column, item.default)
    )


async def against(live: Live, ddl: str, *, strict: bool = False) -> list[Compared]:
    """Return what differs from what ``ddl`` makes; ``strict``: what older code depends on, too.

    Raises ``DriftError`` where models name a schema: temporary tables have no other.
    """
    if live.models.schemas:
        raise DriftError(
            f"models with Meta.schema cannot be verified: {', '.join(sorted(live.models.schemas))}",
            hint="Give the schema to the connection (?schema=NAME) instead of its models, or accept "
            "an unverified schema with BOOTCTL__VERIFY__MODE=off.",
        )
    hidden = VERSION_TABLES | live.models.unmanaged
    return await live.run(compare, await build(live, ddl), hidden, strict)
