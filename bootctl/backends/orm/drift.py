"""The live schema of one connection against its models."""

from collections.abc import Callable

from bootctl.autogenerate import LEDGER
from bootctl.backends.orm.connection import Live
from bootctl.backends.orm.defaults import repeats
from bootctl.backends.orm.expected import build
from bootctl.errors import DriftError
from bootctl.schema.compare import Compared, compare
from bootctl.state import Difference

VERSION_TABLES = frozenset({"aerich", "tortoise_migrations", LEDGER})
"""Tables that are their tool's own affair, and bootctl's."""


async def differences(
    live: Live, accepts: Callable[[Live, Difference], bool], *, closely: bool
) -> tuple[Difference, ...]:
    """What the database behind ``live`` lacks or has too much, compared with the models.

    Without what ``accepts`` says to be no drift, and defaults that repeat the models' own.
    """
    found = await against(live, live.models.ddl, closely=closely)
    return tuple(
        item.difference
        for item in found
        if not accepts(live, item.difference)
        and not repeats(live.models.defaults, item.table, item.column, item.default)
    )


async def against(live: Live, ddl: str, *, closely: bool = False) -> list[Compared]:
    """What differs from what ``ddl`` makes; ``closely``: what older code depends on, too.

    Raises ``DriftError`` where models name a schema: temporary tables have no other.
    """
    if live.models.schemas:
        raise DriftError(
            f"models with Meta.schema cannot be verified: {', '.join(sorted(live.models.schemas))}",
            hint="Give the schema to the connection (?schema=NAME) instead of its models, or accept "
            "an unverified schema with BOOTCTL__VERIFY__MODE=off.",
        )
    hidden = VERSION_TABLES | live.models.unmanaged
    return await live.run(compare, await build(live, ddl), hidden, closely)
