"""What of a database is the project's, and not its tools'."""

from bootctl.ledger.autogenerate import LEDGER
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.live import Shows

VERSION_TABLES = frozenset({"aerich", "tortoise_migrations", LEDGER})
"""Tables that are their tool's own affair, and bootctl's."""


def shows(live: Live) -> Shows:
    """Return what tells if an object of the database is the project's."""
    hidden = VERSION_TABLES | live.models.unmanaged

    def shown(item: SchemaObject) -> bool:
        return (item.name if item.kind == "table" else item.table) not in hidden

    return shown
