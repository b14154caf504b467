"""The live schema against the models of env.py, and against what the migrations had made of it."""

from alembic.runtime.migration import MigrationContext

from bootctl.migrate.inspection import Comparison
from bootctl.migrate.snapshots import Snapshot
from bootctl.verify.metadata import differences, models_of
from bootctl.verify.models import modelled


def compared(
    context: MigrationContext, snapshot: Snapshot | None, *, strict: bool = False
) -> Comparison:
    """Return what the database behind ``context`` differs in. ``strict``: as ``differences`` has it."""
    found = differences(context, strict=strict)
    if snapshot is None:
        return Comparison(found)
    return Comparison.of(snapshot.judged(found, modelled(models_of(context))))
