"""``check --scratch``: what the migrations make of an empty database, against what the models say."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bootctl.boot import refusals
from bootctl.boot.find_orm import find_orm
from bootctl.boot.history import with_unimported
from bootctl.boot.replay import Replayed, replayed
from bootctl.boot.round_trips import irreversible, round_trips, told_differences
from bootctl.boot.scratch_place import on_scratch
from bootctl.config.files import is_there
from bootctl.config.invocation import Invocation
from bootctl.database.state import Difference, Layers
from bootctl.migrate.round_trip import RoundTrip
from bootctl.output import interruption, log
from bootctl.values import frozen
from bootctl.verify import lock_file
from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.wording import differences, outermost
from bootctl.verify.layers import ONLY_MIGRATIONS
from bootctl.verify.policy import Verdict

if TYPE_CHECKING:
    from bootctl.boot.against import Released

_STALE = "stale lock"
LOCK_FILE = "verify.lock_file"
"""In the place of a file: the one that this setting names."""


@frozen
class Wanted:
    """What is asked of ``check --scratch`` besides the verdict."""

    write: str | None = None
    """The file to write what the migrations make to, or ``LOCK_FILE``."""
    round_trip: bool = False
    write_needs: str | None = None
    """The file to write what the code needs to."""
    against: str | None = None
    """A file that says what a released image needs."""


_VERDICT_ALONE = Wanted()


def check_scratch(
    invocation: Invocation, show: Callable[[Verdict], None], wanted: Wanted = _VERDICT_ALONE
) -> None:
    """``show`` the verdict on models and migrations, and raise ``DriftError`` where they differ.

    No database of the project's is written to: an empty one is made, and dropped.
    """
    released = _released(invocation, wanted)
    orm = find_orm(invocation).backend
    with interruption.raised(), log.stage("verify"):
        found = on_scratch(invocation, orm, replayed)
        trips = round_trips(invocation, orm) if wanted.round_trip else ()
    with log.stage("verify"):
        context, models = found.context, _models_alone(found)
        verdict = _verdict(invocation, found, models, wanted, released, trips)
        show(verdict)
        counted, _ = context.policy.split(models)
        refusal = context.backend.refusal(found.inspection, counted)
        if refusal is not None:
            raise refusal
        if not verdict.clean:
            raise refusals.unreplayed(context.backend, verdict, found.comparison)
        if wanted.write_needs:
            from bootctl.boot import against  # of this option only

            against.write(invocation.root / wanted.write_needs, invocation.root, found)


def _models_alone(found: Replayed) -> list[Difference]:
    """Return what differs between models and migrations: no database is there to be mended."""
    return [
        replace(item, layers=(Layers.MODELS_MIGRATIONS,), fix=(), destructive=False)
        for item in found.comparison.differences
        if Layers.MODELS_DATABASE in item.layers
    ]


def _verdict(
    invocation: Invocation,
    found: Replayed,
    models: Sequence[Difference],
    wanted: Wanted,
    released: "Released | None",
    trips: Sequence[RoundTrip],
) -> Verdict:
    locked = _written(invocation, found, wanted) or _locked(invocation, found)
    broken, unread_needs = _broken(invocation, found, released)
    told = [*models, *locked.differences, *told_differences(invocation, trips)]
    # What only migrations make is here what they have just made.
    unread = [i for i in found.comparison.not_compared if not i.startswith(ONLY_MIGRATIONS)]
    not_compared = (*unread, *locked.not_compared, *irreversible(trips), *unread_needs)
    verdict = found.context.policy.verdict(told)
    verdict = replace(
        verdict,
        differences=(*verdict.differences, *broken),
        not_compared=(*verdict.not_compared, *not_compared),
    )
    return with_unimported(found.context, verdict)


def _released(invocation: Invocation, wanted: Wanted) -> "Released | None":
    """Return the released image that is asked about."""
    if wanted.against is None:
        return None
    from bootctl.boot import against  # of this option only

    with log.stage("settings"):
        return against.read(invocation.root / wanted.against)


def _broken(
    invocation: Invocation, found: Replayed, released: "Released | None"
) -> tuple[list[Difference], list[str]]:
    """Return what breaks the released image, and what cannot be compared."""
    if released is None:
        return [], []
    from bootctl.boot import against  # of this option only

    return against.broken(released, found, invocation.root)


@frozen
class _Locked:
    """What ``schema.lock`` has otherwise than the migrations make it."""

    differences: tuple[Difference, ...] = ()
    not_compared: tuple[str, ...] = ()


def _written(invocation: Invocation, found: Replayed, wanted: Wanted) -> _Locked | None:
    """Write the file where that is wanted; it then says what the migrations make."""
    if wanted.write is None:
        return None
    named = invocation.loaded.settings.verify.lock_file or lock_file.NAME
    path = invocation.root / (named if wanted.write == LOCK_FILE else wanted.write)
    lock_file.write(path, found.catalog, found.heads)
    log.event("verify.lock_written", f"wrote what the migrations make to {path}", file=str(path))
    return _Locked()


def _locked(invocation: Invocation, found: Replayed) -> _Locked:
    named = invocation.loaded.settings.verify.lock_file
    path = invocation.root / (named or lock_file.NAME)
    if named is None or not is_there(path):
        return _Locked()
    record, server = lock_file.read(path), found.catalog.server
    if record.catalog.server != server:
        why = f"it is of {record.catalog.server}, and the migrations were replayed on {server}"
        return _Locked(not_compared=(f"{path.name}: {why}",))
    told = [
        item
        for change in outermost(changes(record.catalog, found.catalog))
        for item in differences(change)
    ]
    if set(record.heads) != set(found.heads):
        heads = (", ".join(sorted(own)) or "none" for own in (found.heads, record.heads))
        told.append(Difference("changed heads", path.name, " -> ".join(heads)))
    return _Locked(tuple(_stale(item, path) for item in told))


def _stale(item: Difference, path: Path) -> Difference:
    return replace(
        item,
        kind=f"{_STALE}: {item.kind}",
        layers=(),
        fix=(lock_file.COMMAND,),
        place=f"{path.name}:{lock_file.line(path, item.name)}",
    )
