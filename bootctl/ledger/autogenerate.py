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
    """Called by Alembic. The tables are compared after this."""
    from alembic.util import DispatchPriority

    plugin.add_autogenerate_comparator(_hide, "schema", priority=DispatchPriority.FIRST)


def _hide(context: Any, upgrade: Any, schemas: Any) -> Any:
    from alembic.util import PriorityDispatchResult

    filters = context.run_name_filters

    def run_name_filters(*args: Any, **kw: Any) -> bool:
        return args[:2] != (LEDGER, "table") and filters(*args, **kw)

    context.run_name_filters = run_name_filters
    return PriorityDispatchResult.CONTINUE


class _Plugin(ModuleType):
    """Alembic before 1.20.1 takes what an entry point names for a list of modules."""

    def __iter__(self) -> Iterator[ModuleType]:
        yield self


sys.modules[__name__].__class__ = _Plugin
