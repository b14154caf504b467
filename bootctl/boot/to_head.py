"""Bringing the databases to the code's head: under the lock, or by waiting for who does."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootctl.boot import refusals
from bootctl.boot.assess import assess
from bootctl.boot.context import Context
from bootctl.boot.inspect import inspect_again, proof
from bootctl.boot.tolerance import decides_by_evidence, evidence, tolerated
from bootctl.database.state import Direction, Revision
from bootctl.errors import MigrationError, NotReadyError
from bootctl.migrate.inspection import Comparison, Inspection
from bootctl.migrate.protocol import Guard
from bootctl.output import interruption, log, screen
from bootctl.output.stopwatch import Stopwatch, spoken
from bootctl.values import frozen

if TYPE_CHECKING:
    from bootctl.boot.breaking import Breaking
    from bootctl.boot.risks import Watch
    from bootctl.locking.lock import Lock
    from bootctl.migrate.upgraded import Applied

_POLL_SECONDS = 0.5


@frozen
class Migrated:
    """The databases as they were read last, and the revisions that this process has applied."""

    inspection: Inspection
    applied: tuple[str, ...] = ()


def to_head(context: Context, before: Inspection) -> Migrated:
    """Do with what is pending as ``migrate.mode`` says."""
    if _is_settled(context, before):
        return Migrated(before)
    mode = context.settings.migrate.mode
    if mode == "wait":
        return Migrated(_await_other(context, before))
    migrated = _under_lock(context, before, apply=mode == "apply")
    if migrated.inspection.pending and mode == "off":
        raise refusals.pending([item.id for item in migrated.inspection.pending])
    return migrated


def _is_settled(context: Context, inspection: Inspection) -> bool:
    """Return whether it can be believed although others may have been migrating when it was read."""
    if inspection.direction is Direction.AHEAD:
        return context.settings.migrate.on_ahead == "fail" or not context.verifies
    stopping = context.policy.stopping(inspection.differences or ())
    return not inspection.pending and not stopping


def _under_lock(context: Context, before: Inspection, *, apply: bool) -> Migrated:
    """Read the databases while nobody else migrates; then, if ``apply``, apply what is pending."""
    from bootctl.locking import lock  # not at head

    targets, timeout = before.migration_targets, context.settings.lock.timeout
    with interruption.raised():
        with lock.taken(targets, timeout) as held:
            inspection = inspect_again(context, "before-migrating", before.urls)
            if held or _is_settled(context, inspection):
                return _held(context, inspection, held, apply=apply)
        with lock.taken(targets, timeout, even_at_head=True) as held:
            inspection = inspect_again(context, "before-migrating", before.urls)
            return _held(context, inspection, held, apply=apply)


def _held(
    context: Context, inspection: Inspection, held: "Lock | None", *, apply: bool
) -> Migrated:
    assess(context, inspection)
    if held and apply and inspection.pending:
        return _apply(context, inspection, held)
    return Migrated(evidence(context, inspection))


def _apply(context: Context, before: Inspection, held: "Lock") -> Migrated:
    from bootctl.boot import breaking, risks
    from bootctl.migrate import retry  # not at head

    with log.stage("migrate"):
        with interruption.raised():
            running = breaking.watched(context, before, held)
            guard = _guard(context, held, risks.watch(context, before, held), running)
            screen.attached().upgrading(len(before.pending))
        upgraded, stayed = retry.upgraded(context.backend, guard, before, held, context.settings)
        running.tell_unjudged(before.databases)
    with interruption.raised(), log.stage("verify"):
        after = proof(context, "always" if context.verifies else "never", before)
    if after.pending:
        raise still_pending(after)
    _log_applied(upgraded.applied)
    if upgraded.verify_ms is not None:
        log.event(
            "verify.before_commit",
            f"verification held the migrations' locks for {spoken(upgraded.verify_ms)}",
            locks_held_ms=upgraded.verify_ms,
        )
    applied = (item.revision.id for item in upgraded.applied)
    with interruption.raised(), log.stage("verify"):
        after = evidence(context, after)
    return Migrated(after, tuple(dict.fromkeys([*stayed, *applied])))


def _guard(context: Context, held: "Lock", watch: "Watch", running: "Breaking") -> Guard:
    def before_step(revision: Revision) -> None:
        interruption.check()
        held.check()
        watch.begins(revision)
        running.begins(revision)
        message = f"applying {revision}"
        log.event("migrate.applying", message, revision=revision.id, file=revision.path)

    def before_commit(found: Comparison) -> None:
        interruption.check()
        with log.stage("verify"):
            tolerated(context, [found], " after the pending migrations")

    def executing(text: str) -> None:
        screen.attached().executing()
        watch.executing(text)
        running.executing(text)

    verifies = context.verifies and context.settings.verify.before_commit
    return Guard(
        before_step,
        held,
        before_commit if verifies else None,
        lambda found: decides_by_evidence(context, found),
        executing,
        running.made if running.is_known else None,
        screen.attached().stepped,
    )


def still_pending(after: Inspection) -> MigrationError:
    """Return the error for migrations that ran, and are not recorded."""
    return MigrationError(
        f"every migration ran, but {after.pending[0]} is still pending: it was "
        + ("not committed" if after.is_transactional else "not recorded, and its DDL stays"),
        hint="env.py executed SQL on the connection before context.configure(), so nobody "
        "committed the migrations: commit there, or use a connection of its own.",
        pending=[item.id for item in after.pending],
    )


def _log_applied(applied: "Sequence[Applied]") -> None:
    for item in applied:
        log.event(
            "migrate.applied",
            f"applied {item.revision}",
            revision=item.revision.id,
            duration_ms=item.duration_ms,
        )


def _await_other(context: Context, inspection: Inspection) -> Inspection:
    """Read again and again until another process has migrated, for ``lock.timeout`` seconds."""
    watch, timeout = Stopwatch(), context.settings.lock.timeout
    log.event("migrate.waiting", "migrate.mode is wait: another process is to migrate")
    while inspection.pending:
        if watch.ms > timeout * 1000:
            raise _nobody_migrated(inspection, timeout)
        time.sleep(_POLL_SECONDS)
        inspection = inspect_again(context, "at-head", inspection.urls)
        if inspection.direction is Direction.DIRTY:  # it may be what another is doing now
            inspection = _under_lock(context, inspection, apply=False).inspection
        assess(context, inspection)
    if _is_settled(context, inspection):
        return inspection
    return _under_lock(context, inspection, apply=False).inspection


def _nobody_migrated(inspection: Inspection, timeout: float) -> NotReadyError:
    pending = [item.id for item in inspection.pending]
    return NotReadyError(
        f"no other process migrated within {timeout:g} s: {', '.join(pending)} pending",
        hint="See why the migrating process (a Job, an init container) did not end, "
        "or raise BOOTCTL__LOCK__TIMEOUT.",
        pending=pending,
    )
