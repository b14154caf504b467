"""Finds the ways out that are asked for, has them confirmed, and takes them under the lock."""

from collections.abc import Callable, Iterator, Sequence

from bootctl.boot.context import Context, prepare
from bootctl.boot.find_orm import find_orm
from bootctl.boot.inspect import inspect, inspect_again, proof
from bootctl.boot.resolve import refusals
from bootctl.boot.resolve.adopting import accepted, adopted
from bootctl.boot.resolve.carrying_out import by, carry_out
from bootctl.boot.resolve.half_way import half_way, revision_of
from bootctl.boot.resolve.resolution import Resolution, Wanted, Way
from bootctl.config.invocation import Invocation
from bootctl.database.migration_target import MigrationTarget
from bootctl.database.state import Direction
from bootctl.database.timeouts import Timeouts
from bootctl.ledger.ledger import Ledger
from bootctl.locking import lock
from bootctl.migrate.inspection import Database, Inspection
from bootctl.migrate.protocol import Compare
from bootctl.output import interruption, log

Resolutions = tuple[Resolution, ...]


def resolve(
    invocation: Invocation, wanted: Wanted, confirm: Callable[[Resolutions], None]
) -> Resolutions:
    """Do what is ``wanted``, once ``confirm``, which is shown what that is, has returned.

    Returns what was done: nothing where there is nothing to do, and then nobody is asked.
    """
    context = prepare(invocation, find_orm(invocation).backend)
    compare: Compare = "always" if wanted.way is Way.BASELINE else "never"
    with log.stage("resolve"):
        before = inspect(context, compare)
        planned = tuple(_planned(context, before, wanted))
        confirm(planned)
        if planned:
            planned = _under_lock(context, before, wanted, planned)
    if not planned:
        log.event("resolve.unneeded", f"there is nothing to resolve of {wanted.revision}")
    return planned


def _under_lock(
    context: Context, before: Inspection, wanted: Wanted, shown: Resolutions
) -> Resolutions:
    timeout = context.settings.lock.timeout
    compare: Compare = "always" if wanted.way is Way.BASELINE else "never"
    places = before.migration_targets
    with interruption.raised(), lock.taken(places, timeout, even_at_head=True) as held:
        assert held is not None  # never at head
        inspection = inspect_again(context, compare, before.urls)
        again = tuple(_planned(context, inspection, wanted))
        if again and _told(again) != _told(shown):
            raise refusals.changed()
        limits, ledger = context.settings.migrate, Ledger(context.invocation.root)
        timeouts = Timeouts(limits.lock_timeout, limits.statement_timeout)
        for resolution in again:
            carry_out(resolution, ledger, held, timeouts)
        _prove(context, inspection, again)
    return again


def _told(resolutions: Resolutions) -> list[tuple[str, ...]]:
    """Return what of them was shown."""
    return [(item.found, item.revision, *item.all_statements) for item in resolutions]


def _prove(context: Context, before: Inspection, done: Resolutions) -> None:
    """Read again, on new connections, and tell each that the database shows."""
    after = proof(context, "never", before)
    for resolution in done:
        database = next(item for item in after.databases if resolution.is_of(item))
        if not _is_shown(resolution, database):
            raise refusals.unproved(resolution, database)
        log.event(
            "resolve.done",
            f"{resolution.way} {resolution.revision}: {database.url} is {resolution.after}",
            way=str(resolution.way),
            revision=resolution.revision,
            target=str(database.url),
            by=by(),
        )


def _is_shown(resolution: Resolution, database: Database) -> bool:
    revision = resolution.revision
    if resolution.way is Way.ACCEPT:
        altered = (*database.edited, *database.vanished)
        return revision not in {item.revision for item in altered}
    if resolution.way is Way.BASELINE:
        return bool(database.applied)
    is_clean = database.direction is not Direction.DIRTY or revision_of(database) != revision
    return is_clean and (revision in database.applied or not resolution.records)


def _planned(context: Context, inspection: Inspection, wanted: Wanted) -> Iterator[Resolution]:
    """Yield what is to be done of what is ``wanted``, for each database that it is about."""
    if wanted.way is Way.ACCEPT:
        yield from _accepted(context, inspection, wanted)
    elif wanted.way is Way.BASELINE:
        yield from _adopted(context, inspection, wanted)
    else:
        yield from _half_way(context, inspection, wanted)


def _half_way(context: Context, inspection: Inspection, wanted: Wanted) -> Iterator[Resolution]:
    [revision] = _named(context, wanted.revision, several=False)
    dirty = [item for item in inspection.databases if item.direction is Direction.DIRTY]
    mine = [item for item in dirty if revision_of(item) == revision]
    for database in mine:
        target = _target(inspection, database)
        yield half_way(context, inspection, database, target, wanted.way)
    if mine:
        return
    if dirty:
        raise refusals.other_revision(wanted, dirty[0], revision_of(dirty[0]))
    forward = wanted.way is Way.FORWARD
    if any((revision in item.applied) is not forward for item in inspection.databases):
        raise refusals.not_half_applied(wanted.way, revision)


def _accepted(context: Context, inspection: Inspection, wanted: Wanted) -> Iterator[Resolution]:
    altered = [
        (database, item)
        for database in inspection.databases
        for item in (*database.edited, *database.vanished)
    ]
    vanished = [item.revision for _, item in altered]
    [revision] = _named(context, wanted.revision, vanished, several=False)
    for database, item in altered:
        if item.revision == revision:
            yield accepted(_target(inspection, database), database, item)


def _adopted(context: Context, inspection: Inspection, wanted: Wanted) -> Iterator[Resolution]:
    revisions = _named(context, wanted.revision)
    for database in inspection.databases:
        known = {item.id for item in database.pending} | {*database.applied}
        own = [revision for revision in revisions if revision in known]
        if own:
            target = _target(inspection, database)
            found = adopted(context, wanted, target, database, own)
            if found:
                yield found


def _named(
    context: Context, given: str, more: Sequence[str] = (), *, several: bool = True
) -> list[str]:
    """Return the revision that ``given`` is, or is the beginning of; the heads for ``head``.

    Raises ``UsageError`` where there is none, or more than one.
    """
    history = context.backend.history()
    ids = [*dict.fromkeys([*(item.id for item in history.revisions), *more])]
    if given in ("head", "heads") and given not in ids:
        found = list(history.heads)
    else:
        found = [given] if given in ids else [item for item in ids if item.startswith(given)]
        several = False
    if not found:
        raise refusals.unknown(given, history)
    if len(found) > 1 and not several:
        raise refusals.ambiguous(given, found)
    return found


def _target(inspection: Inspection, database: Database) -> MigrationTarget:
    """Return how to connect to ``database``. Raises ``UsageError`` where that is not known."""
    alike = [
        item
        for item in inspection.databases
        if (item.url, item.version_table) == (database.url, database.version_table)
    ]
    if len(alike) > 1:
        raise refusals.same_database(database)
    return next(item for item in inspection.migration_targets if item.url == database.url)
