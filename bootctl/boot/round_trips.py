"""``check --scratch --round-trip``: each migration undone and applied again, on an empty database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from bootctl.boot.replay import empty, guarded, reading, told
from bootctl.boot.scratch_place import Place, on_scratch
from bootctl.config.invocation import Invocation
from bootctl.database.state import Difference, Revision
from bootctl.errors import MigrationError
from bootctl.migrate.round_trip import RoundTrip, RoundTrips
from bootctl.output import log
from bootctl.project import downgrades
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.wording import differences, outermost


def round_trips(invocation: Invocation, orm: str) -> tuple[RoundTrip, ...]:
    """Return what becomes of each migration. One that fails is left out when the others are tried."""
    failed: list[RoundTrip] = []
    while True:
        names = [trip.revision.id for trip in failed]
        made = on_scratch(invocation, orm, partial(_made, skipped=names))
        if not made or made[-1].error is None:
            return (*made, *failed)
        failed.append(made[-1])


def told_differences(invocation: Invocation, trips: Sequence[RoundTrip]) -> Iterator[Difference]:
    """Yield what is not as it was after a round trip, and what failed."""
    for trip in trips:
        place = f"{trip.revision.path}:{downgrades.line(invocation.root / trip.revision.path)}"
        for item in _changed(trip.changes):
            detail = "; ".join(filter(None, (item.detail, f"by {trip.revision}")))
            kind = f"round trip: {item.kind}"
            yield replace(item, kind=kind, detail=detail, layers=(), place=place)
        if trip.error is not None:
            kind = f"round trip: failed {trip.failed}"
            yield Difference(kind, trip.revision.id, trip.error.message, layers=(), place=place)


def irreversible(trips: Sequence[RoundTrip]) -> Iterator[str]:
    """Yield which migrations cannot be undone, and why. Logs each."""
    for trip in trips:
        if trip.irreversible:
            log.event(
                "verify.irreversible",
                f"{trip.revision} is irreversible: {trip.irreversible}",
                level="WARNING",
                revision=trip.revision.id,
                file=trip.revision.path,
            )
            yield f"the downgrade of {_named(trip.revision)}: {trip.irreversible}"


def _made(place: Place, skipped: Sequence[str]) -> tuple[RoundTrip, ...]:
    before = empty(place)
    trips = RoundTrips(reading(before), skipped)
    with guarded(place, before) as guard:
        try:
            place.context.backend.round_trips(before, guard, trips)
        except MigrationError as error:
            trips.made.append(trips.failing(told(error)))
    return tuple(trips.made)


def _changed(changes: Sequence[Change]) -> Iterator[Difference]:
    for change in outermost(changes):
        yield from differences(change)


def _named(revision: Revision) -> str:
    return f"{revision} ({revision.path})"
