"""What is said of databases that were compared with the models."""

from dataclasses import replace

from bootctl.boot import refusals
from bootctl.boot.context import Context
from bootctl.database.state import Direction
from bootctl.migrate.inspection import Comparison, Database, Inspection
from bootctl.output import log


def verify(context: Context, inspection: Inspection, applied: tuple[str, ...]) -> None:
    """Raise ``DriftError`` where the schema, as it was just read, is not what the models say.

    ``applied`` are the revisions that this process has applied.
    """
    if not context.verifies:
        message = "verify.mode is off: the server starts on a schema that is not verified"
        log.event("verify.skipped", message, level="WARNING")
        return
    with log.stage("verify"):
        stayed = f"; these migrations stay applied: {', '.join(applied)}" if applied else ""
        ahead, others = inspection.split(Direction.AHEAD)
        accepted = report_drift(context, others.comparison or Comparison(()), stayed)
        if others.databases:
            log.event("verify.clean", "the schema is what the models say", accepted=accepted)
        for database in ahead.databases:
            _tell_compatible(context, database)


def report_drift(context: Context, comparison: Comparison, where: str) -> list[str]:
    """Log each difference that counts, and raise ``DriftError`` for them.

    ``where`` ends its sentence. Returns the differences that are accepted.
    """
    counted, accepted = context.policy.split(comparison.differences)
    for item in counted:
        log.event("verify.drift", str(item), level="ERROR", kind=item.kind, object=item.name)
    if counted:
        raise refusals.drift(context.backend, replace(comparison, differences=counted), where)
    return [str(item) for item in accepted]


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
