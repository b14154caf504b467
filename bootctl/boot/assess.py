"""Whether databases may be migrated or served as they were found: one table, first match first."""

from collections.abc import Callable
from dataclasses import replace

from bootctl.boot import refusals
from bootctl.boot.acceptance import add_expired
from bootctl.boot.context import Context
from bootctl.database.state import Difference, Direction
from bootctl.errors import BootError
from bootctl.migrate.inspection import Comparison, Database, Inspection
from bootctl.output import log
from bootctl.values import frozen
from bootctl.verify.policy import Verdict


@frozen
class _Case:
    """One database of an inspection, and what is tolerated."""

    context: Context
    inspection: Inspection
    database: Database
    on_ahead: str

    @property
    def is_tolerated(self) -> bool:
        """Return whether it may be ahead, if the code works on it."""
        ahead = self.database.direction is Direction.AHEAD
        return self.on_ahead == "compatible" and ahead and not self.inspection.pending

    @property
    def found(self) -> tuple[Difference, ...]:
        """Return the differences that count, of all the databases."""
        return self.context.policy.split(self.inspection.differences or ())[0]

    @property
    def breaking(self) -> list[str]:
        """Return the differences that count and that the code cannot work with, and why."""
        from bootctl.verify.compatible import breaking  # of a database that is ahead

        counted, _ = self.context.policy.split(self.database.differences or ())
        found = breaking(self.database.differences or ())
        return [f"{item}: {why}" for item, why in found if item in counted]


def _is_altered(case: _Case) -> bool:
    return bool(case.database.edited or case.database.vanished)


def _is_dirty(case: _Case) -> bool:
    return case.database.direction is Direction.DIRTY


def _is_incompatible(case: _Case) -> bool:
    return case.is_tolerated and (case.database.differences is None or bool(case.breaking))


def _is_unknown(case: _Case) -> bool:
    unknown = case.database.direction in (Direction.AHEAD, Direction.DIVERGED)
    return unknown and not case.is_tolerated


def _dirty(case: _Case) -> BootError:
    plan = case.context.backend.recovery_plan(case.inspection, case.database)
    return refusals.dirty(case.database, plan)


_REFUSALS: tuple[tuple[Callable[[_Case], bool], Callable[[_Case], BootError]], ...] = (
    (_is_altered, lambda case: refusals.altered(case.database)),
    (_is_dirty, _dirty),
    (_is_incompatible, lambda case: refusals.incompatible(case.database, case.breaking)),
    (_is_unknown, lambda case: refusals.unknown(case.database, case.found)),
)
"""A condition, and the error for a database that meets it."""


def assess(context: Context, inspection: Inspection, on_ahead: str = "") -> None:
    """Raise the error for the first database that migrating or serving would make worse.

    What the backend knows beyond a direction comes first. ``on_ahead`` takes the place of
    ``migrate.on_ahead``.
    """
    with log.stage("inspect"):
        counted, _ = context.policy.split(inspection.differences or ())
        refusal = context.backend.refusal(inspection, counted)
        if refusal:
            raise refusal
        tolerated = on_ahead or context.settings.migrate.on_ahead
        for condition, error in _REFUSALS:
            for database in inspection.databases:
                case = _Case(context, inspection, database, tolerated)
                if condition(case):
                    raise error(case)


def assess_verdict(context: Context, verdict: Verdict, inspection: Inspection) -> None:
    """Raise ``DriftError`` where the verdict of a check on databases is drift."""
    if verdict.clean:
        return
    if verdict.pending:
        raise refusals.unclean(verdict)
    comparison = inspection.comparison or Comparison(())
    comparison = replace(comparison, differences=verdict.differences)
    raise add_expired(refusals.drift(context.backend, comparison), verdict.expired)
