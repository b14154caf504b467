"""The live schema against the models of env.py, and against what the migrations had made of it."""

from collections.abc import Iterator
from dataclasses import replace

from alembic.runtime.migration import MigrationContext

from bootctl.database.state import Difference
from bootctl.migrate.inspection import Comparison
from bootctl.migrate.snapshots import Snapshot
from bootctl.verify.catalog.wording import differences as differing
from bootctl.verify.layers import place
from bootctl.verify.metadata import differences, models_of
from bootctl.verify.models import Modelled, modelled


def compared(
    context: MigrationContext, snapshot: Snapshot | None, *, strict: bool = False
) -> Comparison:
    """Return what the database behind ``context`` differs in. ``strict``: as ``differences`` has it."""
    found = differences(context, strict=strict)
    if snapshot is None:
        return Comparison(found)
    assert context.connection is not None  # only MigrationContext's offline mode has none
    models = modelled(context.connection, models_of(context), snapshot.live)
    judged = snapshot.judged([*found, *_new(found, models)], models.catalog)
    return Comparison.of(replace(judged, not_compared=(*judged.not_compared, *models.not_compared)))


def _new(found: tuple[Difference, ...], models: Modelled) -> Iterator[Difference]:
    """Yield what differs from the models, and Alembic has not found."""
    places = {place(item.kind, item.name) for item in found}
    for change in models.changes:
        for item in differing(change):
            if place(item.kind, item.name) not in places:
                yield item
