"""What is said of databases that were compared with the models."""

from bootctl.boot.acceptance import tell_expired, tell_unused
from bootctl.boot.context import Context
from bootctl.boot.tolerance import tell_tolerated, tolerated
from bootctl.database.state import Direction
from bootctl.migrate.inspection import Comparison, Database, Inspection
from bootctl.output import log
from bootctl.verify.policy import Verdict


def verify(context: Context, inspection: Inspection, applied: tuple[str, ...]) -> bool:
    """Raise ``DriftError`` where the schema, as it was just read, has drift that is not tolerated.

    Returns whether it was verified, and is clean. ``applied`` are the revisions that this process
    has applied.
    """
    if not context.verifies:
        message = "verify.mode is off: the server starts on a schema that is not verified"
        log.event("verify.skipped", message, level="WARNING")
        return False
    with log.stage("verify"):
        stayed = f"; these migrations stay applied: {', '.join(applied)}" if applied else ""
        ahead, others = inspection.split(Direction.AHEAD)
        verdict = verdict_on(context, others, inspection.direction)
        tell_unused(verdict.unused)
        found = [item.comparison or Comparison(()) for item in others.databases]
        left = tolerated(context, found, stayed)
        tell_expired(verdict.expired)
        tell_tolerated(context, left)
        if others.databases and not left:
            _tell_clean(verdict)
        for database in ahead.databases:
            _tell_compatible(context, database)
        return bool(others.databases) and not left and not ahead.databases


def verdict_on(
    context: Context,
    inspection: Inspection,
    direction: Direction,
    pending: tuple[str, ...] = (),
) -> Verdict:
    """Return the verdict on what these databases differ in."""
    comparison = inspection.comparison or Comparison(())
    return context.policy.verdict(
        comparison.differences,
        direction,
        pending,
        comparison.not_compared,
        comparison.compared_with,
    )


def _tell_clean(verdict: Verdict) -> None:
    accepts = f"; {verdict.accepts}" if verdict.accepts else ""
    accepts += "".join(f"; {item}" for item in verdict.differences)  # that stop no boot
    left_out = f"; not compared: {'; '.join(verdict.not_compared)}" if verdict.not_compared else ""
    log.event(
        "verify.clean",
        f"the schema is what the models say{accepts}{left_out}",
        accepted=list(map(str, [*verdict.accepted, *verdict.differences])),
        compared_with=list(verdict.compared_with),
        not_compared=list(verdict.not_compared),
    )


def _tell_compatible(context: Context, database: Database) -> None:
    counted, accepted = context.policy.split(database.differences or ())
    log.event(
        "verify.compatible",
        f"{database.url} is ahead: it knows {', '.join(database.unknown)}, which the code does "
        "not; it has all that the models need, so the code runs on it",
        level="WARNING",
        target=str(database.url),
        unknown=list(database.unknown),
        differences=[str(item) for item in counted],
        accepted=[str(item) for item in accepted],
    )
