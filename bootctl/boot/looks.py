"""The commands that only look: they write to no database, not even a lock's row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bootctl.boot import history, refusals
from bootctl.boot.assess import assess, assess_verdict
from bootctl.boot.context import prepare
from bootctl.boot.inspect import inspect, locate
from bootctl.boot.pipeline import find_orm, orm_that_names_a_database
from bootctl.config.invocation import Invocation
from bootctl.config.service import Skipped, Target
from bootctl.database.state import Direction, History, Revision
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.locking import lock
from bootctl.locking.mutex import Holder
from bootctl.migrate.inspection import Inspection
from bootctl.output import interruption, log
from bootctl.verify.policy import Verdict
from bootctl.wait import dependencies
from bootctl.wait.dependencies import given_targets


@dataclass(frozen=True)
class Status:
    """Where the databases stand relative to the code, and who holds the lock of each."""

    backend: str
    history: History
    inspection: Inspection
    plans: Mapping[str, RecoveryPlan]
    """What leads out of each database that is dirty, by its URL."""
    holders: Mapping[str, Holder | None]
    """By the database's URL."""


def awaited(invocation: Invocation, given: Sequence[str]) -> list[Target | Skipped]:
    """Return what ``wait`` waits for, and what it does not and why. Connects to nothing."""
    if given:
        return [*given_targets(given)]
    found = dependencies.others(invocation)
    database = dependencies.database(invocation)
    if database:
        return [database, *found]
    orm = orm_that_names_a_database(invocation, needed=not found)
    located = locate(prepare(invocation, orm)) if orm else ()
    return [*(Target(url, f"the project's {orm} configuration") for url in located), *found]


def planned(invocation: Invocation) -> tuple[Revision, ...]:
    """Return the migrations that ``migrate`` would apply."""
    context = prepare(invocation, find_orm(invocation).backend)
    inspection = inspect(context, "never")
    assess(context, inspection, on_ahead="fail")
    return inspection.pending


def statements(invocation: Invocation) -> str:
    """Return the statements that ``migrate`` would execute. Executes none."""
    context = prepare(invocation, find_orm(invocation).backend)
    inspection = inspect(context, "never")
    assess(context, inspection, on_ahead="fail")
    with interruption.raised(), log.stage("migrate"):
        return context.backend.sql(inspection) if inspection.databases else ""


def status(invocation: Invocation) -> Status:
    """Return where the databases stand relative to the code."""
    context = prepare(invocation, find_orm(invocation).backend)
    with log.stage("inspect"):
        inspection = inspect(context, "never")
        plans = {
            str(database.url): context.backend.recovery_plan(inspection, database)
            for database in inspection.databases
            if database.direction is Direction.DIRTY
        }
        holders = lock.holders(inspection.migration_targets)
    return Status(context.backend.name, context.backend.history(), inspection, plans, holders)


def check(invocation: Invocation, show: Callable[[Verdict], None]) -> None:
    """``show`` the verdict on the live schema, and raise ``DriftError`` where it is drift."""
    context = prepare(invocation, find_orm(invocation).backend)
    inspection = inspect(context, "always")
    pending = tuple(item.id for item in inspection.pending)
    verdict = context.policy.verdict(inspection.differences or (), inspection.direction, pending)
    with log.stage("verify"):
        verdict = history.with_unimported(context, verdict)
    if verdict.clean:  # of a database that is ahead it would be half the truth
        assess(context, inspection, on_ahead="fail")
    show(verdict)
    assess(context, inspection, on_ahead="fail")
    with log.stage("verify"):
        assess_verdict(context, verdict, inspection)


def check_models(invocation: Invocation, show: Callable[[Verdict], None]) -> None:
    """``show`` what the migration files lack of the models, and raise ``DriftError`` for any.

    Reads no database. Raises ``UsageError`` where the files do not say what the models were.
    """
    context = prepare(invocation, find_orm(invocation).backend)
    with log.stage("verify"):
        unmigrated = context.backend.unmigrated()
        if unmigrated is None:
            raise history.silent(context)
        verdict = history.with_unimported(context, context.policy.verdict(unmigrated))
        show(verdict)
        if not verdict.clean:
            raise refusals.unmigrated(context.backend, verdict.differences)
