"""What a migration left half done, and the statements that lead out of it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bootctl.ledger.incomplete import IncompleteState
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.migrate.inspection import Database
from bootctl.migrate.printing import only_printing
from bootctl.migrate.tortoise_common.dry_run import Executes
from bootctl.migrate.tortoise_common.journaling import split
from bootctl.migrate.tortoise_common.migrations import Migrations, Step


async def recovery_plan(
    migrations: Migrations, state: IncompleteState, step: Step | None, client: Any, scheme: str
) -> RecoveryPlan:
    """Return what finishes ``step``, and what undoes it: nothing where only running it would tell.

    No connection executes anything meanwhile.
    """
    upgrade: list[str] = []
    downgrade: list[str] = []
    if step is not None:
        with suppress(Executes, Exception), only_printing():  # whatever a migration raises
            printed = await migrations.sql(step, client)
            if printed.complete:
                upgrade = [*_each(scheme, printed.statements), printed.record]
        downgrade = await _undo(migrations, step, client, scheme)
    return state.recovery_plan(upgrade, downgrade)


async def unrecorded_plan(
    migrations: Migrations, database: Database, step: Step | None, client: Any
) -> RecoveryPlan:
    """Return what records ``step``, of which all is there, and what undoes it; nothing of others."""
    found = database.unrecorded
    if step is None or found is None or not (found.is_whole and found.is_known):
        return RecoveryPlan()
    back = await _undo(migrations, step, client, database.url.scheme)
    return RecoveryPlan.of([migrations.record(step, client)], back)


async def _undo(migrations: Migrations, step: Step, client: Any, scheme: str) -> list[str]:
    with suppress(Executes, Exception), only_printing():  # a downgrade need not be possible
        return _each(scheme, await migrations.undo(step, client))
    return []


def _each(scheme: str, executed: Sequence[str]) -> list[str]:
    """Return the statements of all that is executed, one script or statement after the other."""
    return [text for script in executed for text in split(scheme, script)]
