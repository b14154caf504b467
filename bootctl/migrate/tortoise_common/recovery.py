"""What a migration left half done, and the statements that lead out of it."""

from contextlib import suppress
from typing import Any

from bootctl.ledger.incomplete import IncompleteState
from bootctl.ledger.recovery import RecoveryPlan
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
                upgrade = [*split(scheme, "\n".join(printed.statements)), printed.record]
        with suppress(Executes, Exception), only_printing():  # a downgrade need not be possible
            downgrade = split(scheme, "\n".join(await migrations.undo(step, client)))
    return state.recovery_plan(upgrade, downgrade)
