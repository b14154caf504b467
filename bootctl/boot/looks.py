"""The commands that only look: they write to no database, not even a lock's row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bootctl.boot import history, refusals
from bootctl.boot.acceptance import tell_expired, tell_unused
from bootctl.boot.assess import assess, assess_verdict
from bootctl.boot.context import Context, prepare
from bootctl.boot.find_orm import find_orm
from bootctl.boot.inspect import inspect, locate
from bootctl.boot.pipeline import orm_that_names_a_database
from bootctl.boot.risks import risks, tell
from bootctl.boot.verify import verdict_on
from bootctl.config.invocation import Invocation
from bootctl.config.service import Skipped, Target
from bootctl.database.risks import Risks
from bootctl.database.state import Direction, History, Revision
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.locking import lock
from bootctl.locking.mutex import Holder
from bootctl.migrate.inspection import Inspection
from bootctl.output import interruption, log
from bootctl.values import frozen
from bootctl.verify import baseline
from bootctl.verify.baseline import Baseline, Terms
from bootctl.verify.policy import DriftPolicy, Verdict
from bootctl.wait import dependencies
from bootctl.wait.dependencies import given_targets


@frozen
class NewBaseline:
    """Where to write what is found, and on which terms it is accepted that was not before."""

    path: Path
    terms: Terms


@frozen
class Status:
    """Where the databases stand relative to the code, and who holds the lock of each."""

    backend: str
    history: History
    inspection: Inspection
    plans: Mapping[str, RecoveryPlan]
    """What leads out of each database that is dirty, by its URL."""
    holders: Mapping[str, Holder | None]
    """By the database's URL."""


@frozen
class Plan:
    """What ``migrate`` would apply, and what that puts at risk."""

    pending: tuple[Revision, ...]
    risks: Risks


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


def planned(invocation: Invocation) -> Plan:
    """Return the migrations that ``migrate`` would apply, with their risks, which are logged too."""
    context = prepare(invocation, find_orm(invocation).backend)
    inspection = inspect(context, "never")
    assess(context, inspection, on_ahead="fail")
    found = risks(context, inspection)
    with log.stage("migrate"):
        tell(found)
    return Plan(inspection.pending, found)


def statements(invocation: Invocation) -> str:
    """Return the statements that ``migrate`` would execute. Executes none."""
    context = prepare(invocation, find_orm(invocation).backend)
    inspection = inspect(context, "never")
    assess(context, inspection, on_ahead="fail")
    with interruption.raised(), log.stage("migrate"):
        return context.backend.sql(inspection) if inspection.databases else ""


def status(invocation: Invocation, show: Callable[[Status], None], *, judged: bool = False) -> None:
    """``show`` where the databases stand relative to the code.

    If ``judged``, raise the error for what is not at head, ``PendingError`` where migrations are
    pending. Nothing is compared.
    """
    context = prepare(invocation, find_orm(invocation).backend)
    with log.stage("inspect"):
        inspection = inspect(context, "never")
        plans = {
            str(database.url): context.backend.recovery_plan(inspection, database)
            for database in inspection.databases
            if database.direction is Direction.DIRTY
        }
        holders = lock.holders(inspection.migration_targets)
    show(Status(context.backend.name, context.backend.history(), inspection, plans, holders))
    if judged:
        _assess_head(context, inspection)


def check(
    invocation: Invocation, show: Callable[[Verdict], None], record: NewBaseline | None = None
) -> None:
    """``show`` the verdict on the live schema, and raise ``DriftError`` where it is drift.

    What is found is accepted first where it is to be put on ``record``.
    """
    accepted = _accepted_before(invocation, record) if record else None
    context = prepare(invocation, find_orm(invocation).backend, accepted=accepted)
    inspection = inspect(context, "always")
    if record:
        _assess_head(context, inspection)
        context = _accepting(context, inspection, record)
    pending = tuple(item.id for item in inspection.pending)
    verdict = verdict_on(context, inspection, inspection.direction, pending)
    with log.stage("verify"):
        verdict = history.with_unimported(context, verdict)
    found = risks(context, inspection)
    verdict = replace(verdict, risks=found.found, not_looked_at=found.not_looked_at)
    if verdict.clean:  # of a database that is ahead it would be half the truth
        assess(context, inspection, on_ahead="fail")
    show(verdict)
    assess(context, inspection, on_ahead="fail")
    with log.stage("verify"):
        tell_unused(verdict.unused)
        tell_expired(verdict.expired)
        if not record:
            assess_verdict(context, verdict, inspection)


def _accepted_before(invocation: Invocation, record: NewBaseline) -> Baseline:
    """Return what is accepted so far: by the file to be written last, if there is one."""
    named = invocation.loaded.settings.verify.baseline
    paths = [named, record.path] if named else [record.path]
    with log.stage("settings"):
        return {item: terms for path in paths for item, terms in baseline.existing(path).items()}


def _accepting(context: Context, inspection: Inspection, record: NewBaseline) -> Context:
    """Write the baseline, and return a context that accepts what it does."""
    path = record.path
    with log.stage("verify"):
        found = context.policy.unignored(inspection.differences or ())
        written = baseline.written(path, found, context.policy.baseline, record.terms)
        log.event(
            "verify.baseline_written",
            f"{path} accepts {len(written)} difference{'s' * (len(written) != 1)}",
            file=str(path),
            entries=len(written),
        )
    return replace(context, policy=DriftPolicy(context.settings.verify, written))


def _assess_head(context: Context, inspection: Inspection) -> None:
    """Raise the error for the first database that is not at the code's head."""
    assess(context, inspection, on_ahead="fail")
    if inspection.pending:
        with log.stage("inspect"):
            raise refusals.behind(inspection)


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
