"""An Alembic plugin: ``alembic revision --autogenerate`` and ``alembic check`` do not see the ledger.

Alembic 1.18 and newer load it wherever bootctl is installed, whatever the project does with
Alembic: so it imports nothing else of bootctl. Its entry point is called as Alembic's own plugins
are, because by default ``autogenerate_plugins`` asks for no others.
"""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

LEDGER = "bootctl_ledger"
"""The name of bootctl's side table."""


def setup(plugin: Any) -> None:
    """Called by Alembic. The tables are compared first, and then this has the last word."""
    from alembic.util import DispatchPriority

    plugin.add_autogenerate_comparator(_forget, "schema", priority=DispatchPriority.LAST)


def _forget(context: Any, upgrade: Any, schemas: Any) -> Any:
    from alembic.util import PriorityDispatchResult

    upgrade.ops[:] = [item for item in upgrade.ops if getattr(item, "table_name", "") != LEDGER]
    return PriorityDispatchResult.CONTINUE


class _Plugin(ModuleType):
    """Alembic before 1.20.1 takes what an entry point names for a list of modules."""

    def __iter__(self) -> Iterator[ModuleType]:
        yield self


sys.modules[__name__].__class__ = _Plugin
