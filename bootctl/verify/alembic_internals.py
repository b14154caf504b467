"""The part of Alembic's comparison that is not public, and why no public one serves.

Tried with Alembic 1.13.0 to 1.20.1.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import alembic
from alembic import util
from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropIndexOp
from alembic.runtime.migration import MigrationContext

_RESULT: Any = getattr(util, "PriorityDispatchResult", None)  # since Alembic 1.18
DONE: Any = _RESULT and _RESULT.STOP
GOES_ON: Any = _RESULT and _RESULT.CONTINUE


def before_defaults(compare: Callable[..., Any]) -> None:
    """Have ``compare`` asked before Alembic compares defaults, which ``DONE`` as its answer keeps from it.

    It is not asked where the project has switched that comparison off. Before 1.18 nobody is asked.
    """
    if _RESULT is not None:
        register: Any = comparators.dispatch_for
        register("column", subgroup="server_default")(compare)


def all_comparators(context: MigrationContext) -> Iterator[Callable[..., Any]]:
    """Yield whatever a comparison by ``context`` calls: Alembic's functions, and those of extensions and projects.

    They can be added, and not be listed. Since 1.18 those of plugins come with a comparison of its own.
    """
    own = getattr(AutogenContext(context), "comparators", comparators)
    for registered in own._registry.values():
        yield from (item[0] if isinstance(item, tuple) else item for item in registered)


def can_leave_referred_tables_out() -> bool:
    """Return whether a foreign key can be compared to a table that is left out: Alembic 1.18.0 to 1.18.2 fail.

    https://github.com/sqlalchemy/alembic/issues/1787
    """
    version = tuple(int(part) for part in re.findall(r"\d+", alembic.__version__)[:3])
    return not (1, 18, 0) <= version < (1, 18, 3)


def is_unique(dropped: DropIndexOp) -> bool:
    """Return whether the index is unique, as far as the comparison knows: yes, where it does not.

    Alembic 1.13 forgets it in ``to_diff_tuple()``, and only the reverse operation has it.
    """
    return dropped._reverse is None or bool(dropped._reverse.unique)
