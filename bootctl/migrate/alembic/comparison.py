"""The live schema against the models of env.py, and against what the migrations had made of it."""

from dataclasses import replace

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
    assert context.connection is not None  # only MigrationContext's offline mode has none
    models = modelled(context.connection, models_of(context), snapshot.live, found)
    judged = snapshot.judged([*found, *models.beyond(found)], models.catalog)
    return Comparison.of(replace(judged, not_compared=(*judged.not_compared, *models.not_compared)))
