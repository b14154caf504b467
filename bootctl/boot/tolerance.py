"""What of the drift is tolerated, as ``verify.on_drift`` says, and on what evidence."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.boot import refusals
from bootctl.boot.acceptance import add_expired, tell_expired
from bootctl.boot.context import Context
from bootctl.boot.inspect import proof
from bootctl.database.state import Direction
from bootctl.migrate.inspection import Comparison, Database, Inspection, joined
from bootctl.output import log

if TYPE_CHECKING:
    from bootctl.verify.compatible import Ruling


def decides_by_evidence(context: Context, comparison: Comparison | None) -> bool:
    """Return whether it has to be known if the code works in spite of what counts."""
    found = comparison.differences if comparison else ()
    compatible = context.settings.verify.on_drift == "compatible"
    return compatible and context.verifies and bool(context.policy.stopping(found))


def evidence(context: Context, inspection: Inspection) -> Inspection:
    """Return it with each database whose drift may be harmless compared as strictly as that needs.

    Those without drift stay as they are: what only a strict comparison sees is no drift.
    """
    if not any(_is_in_doubt(context, database) for database in inspection.databases):
        return inspection
    again = proof(context, "strict", inspection)
    if again.urls != inspection.urls:
        return again
    databases = zip(inspection.databases, again.databases, strict=True)
    chosen = (new if _is_in_doubt(context, old) else old for old, new in databases)
    return replace(inspection, databases=tuple(chosen))


def tolerated(context: Context, comparisons: Sequence[Comparison], where: str) -> "list[Ruling]":
    """Return what counts and is tolerated, of one comparison for each database.

    Raises ``DriftError`` where not all of it is, and logs each difference that counts; ``where``
    ends the error's sentence.
    """
    found = [item for one in comparisons for item in _ruled(context, one)]
    mode = context.settings.verify.on_drift
    refused = [item for item in found if mode == "fail" or not (item.harmless or mode == "warn")]
    if not refused:
        return found
    comparison = joined(comparisons) or Comparison(())
    expired = context.policy.verdict(comparison.differences).expired
    tell_expired(expired)
    for item in found:
        log.event(
            "verify.drift",
            str(item.difference),
            level="ERROR",
            kind=item.difference.kind,
            object=item.difference.name,
            database=item.difference.database,
            not_compared=list(comparison.not_compared),
        )
    comparison = replace(comparison, differences=tuple(item.difference for item in refused))
    if mode == "fail":
        raise add_expired(refusals.drift(context.backend, comparison, where), expired)
    why = list(map(str, refused))
    raise add_expired(refusals.intolerable(context.backend, comparison, why, where), expired)


def tell_tolerated(context: Context, found: "Sequence[Ruling]") -> None:
    """Log each difference in spite of which the boot goes on."""
    verified = context.settings.verify.on_drift == "compatible"
    for item in found:
        why = f"tolerated: {item.why}" if verified else "tolerated, and not verified: "
        if not verified:
            why += "verify.on_drift is warn, so nobody has asked whether the code works with it"
        log.event(
            "verify.tolerated",
            f"{item.difference} is {why}",
            level="WARNING",
            kind=item.difference.kind,
            object=item.difference.name,
            database=item.difference.database,
            why=item.why if verified else "",
        )


def _is_in_doubt(context: Context, database: Database) -> bool:
    ahead = database.direction is Direction.AHEAD  # of which migrate.on_ahead decides
    return not ahead and decides_by_evidence(context, database.comparison)


def _ruled(context: Context, comparison: Comparison) -> "list[Ruling]":
    if not comparison.differences:
        return []
    from bootctl.verify.compatible import rulings  # of a schema that has drift

    counted = context.policy.stopping(comparison.differences)
    return [item for item in rulings(comparison.differences) if item.difference in counted]
