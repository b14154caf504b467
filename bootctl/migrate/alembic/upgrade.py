"""One upgrade: what Alembic calls for each database, and what is seen of the connections."""

import functools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationInfo

from bootctl.ledger.access import autocommits
from bootctl.ledger.journal import Journal
from bootctl.ledger.planned import Recording
from bootctl.migrate.alembic.comparison import Verified, compared
from bootctl.migrate.alembic.databases import Databases
from bootctl.migrate.alembic.progress import AlembicProgress, connection_of
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.inspection import Comparison, Database, Made
from bootctl.migrate.protocol import Guard
from bootctl.migrate.snapshots import Snapshot
from bootctl.migrate.witness import Runner, Witness
from bootctl.output.stopwatch import Stopwatch
from bootctl.project.alembic.internals import Update, is_in_outer_transaction
from bootctl.project.alembic.project import Project
from bootctl.verify.catalog.objects import Catalog


@dataclass
class _Made:
    """What the migrations make of one database."""

    before: Database | None
    last: str
    """The revision that is applied last."""
    after: Snapshot | None = None


class Upgrade:
    """Applies what is pending, and tells ``progress`` how far it is."""

    def __init__(
        self,
        project: Project,
        records: Records,
        guard: Guard,
        progress: AlembicProgress,
        databases: Databases,
        before: Sequence[Database],
    ) -> None:
        self._project = project
        self._records = records
        self._guard = guard
        self._progress = progress
        self._databases = databases
        self._before = iter(before)
        self.verified = Verified()
        """What was found before the commit."""
        self._made = _Made(None, "")
        self._script: Any = None
        """That of the step that was begun last."""
        self._is_written = False
        """Whether the ledger has it already."""

    def __call__(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
        """Yield each step to Alembic, which applies it; then compare what it has not committed."""
        self._progress.watch(context)
        run = self._elsewhere(context)
        journal = self._records.journal(context, run)
        steps = [*self._project.steps(heads)]
        self._made = _Made(next(self._before, None), steps[-1].revision.revision if steps else "")
        witness: Witness | None = None
        for step in steps:
            witness = Witness(run, witness)
            yield self._begun(step, context, witness, journal)
            self._progress.finish()
            self._guard.stepped()
        once = not self._progress.has_committed and _commits_once(context)
        if once or not _can_roll_back(context):
            self._tell(self._made.after.live if self._made.after else None, can_roll_back=once)
        if self._guard.before_commit and once:
            watch = Stopwatch()
            found = self._compared(context, self._made)
            self._progress.verify_ms = (self._progress.verify_ms or 0) + watch.ms
            self._guard.before_commit(found)

    def _tell(self, after: Catalog | None, *, can_roll_back: bool) -> None:
        before = self._made.before
        if self._guard.made and before and after:
            self._guard.made(Made(before, after, can_roll_back))

    def _compared(self, context: MigrationContext, made: _Made) -> Comparison:
        found = compared(context, made.after)
        if made.before:
            self.verified.keep(made.before.url, context, made.after, found)
        if self._guard.compares_strictly(found):
            found = compared(context, made.after, strict=True)
        return found.of_database(made.before.name) if made.before else found

    def recorded(self, context: MigrationContext, update: Update) -> bool:
        """Write a step into the ledger together with Alembic's ``update``, if nobody is to be asked between.

        Both are executed where the migration has not ended the transaction that it began in: so that is
        not asked either.
        """
        transaction = self._progress.transaction_to_record_in(context)
        if transaction is None:
            return False
        recording = Recording(update.template, update.before, update.after, transaction)
        elapsed = self._progress.elapsed_ms
        self._is_written = self._records.write_with(context, self._script, elapsed, recording)
        if self._is_written:
            self._progress.stays_in_same()
        return self._is_written

    def record(
        self, *, ctx: MigrationContext, step: MigrationInfo, heads: Collection[str], **_: Any
    ) -> None:
        """Write a step into the ledger, as Alembic's ``on_version_apply``; with the last, what was made."""
        self._progress.ask()
        self._progress.end_journal()
        if not self._is_written:
            self._records.write(ctx, step, self._progress.elapsed_ms)
        made = self._made
        if step.up_revision_id == made.last:
            self._records.forget_planned(ctx)
        before = made.before.snapshot if made.before else None
        if before and step.up_revision_id == made.last:
            scope, at = self._records.scope(ctx), tuple(sorted(heads))
            made.after = scope.keep(connection_of(ctx), before, made.last, at)
        if before and self._guard.made and self._ends_with_step(ctx):
            self._tell(self._records.scope(ctx).now(connection_of(ctx)), can_roll_back=True)

    def _ends_with_step(self, context: MigrationContext) -> bool:
        """Return whether a transaction ends after each step, or has ended in one."""
        once = _commits_once(context) and not self._progress.has_committed
        return _can_roll_back(context) and not once

    def _begun(
        self, step: Any, context: MigrationContext, witness: Witness, journal: Journal
    ) -> Any:
        revision = self._project.revision(step.revision)
        self._guard.before_step(revision)
        self._records.prepare(context)
        self._progress.start(revision, witness, journal)
        self._progress.begin_journal(self._records.entry(context, step.revision))
        self._script, self._is_written = step.revision, False
        step.migration_fn = self._progress.witnessed(step.migration_fn, context)
        return step

    def _elsewhere(self, context: MigrationContext) -> Runner:
        """Return what calls a function with another connection to the same database."""
        url = self._databases.url(connection_of(context).engine)
        return functools.partial(self._guard.session.run, url)


def _can_roll_back(context: MigrationContext) -> bool:
    return context.impl.transactional_ddl and not autocommits(connection_of(context))


def _commits_once(context: MigrationContext) -> bool:
    """Return whether everything that was applied is still one open transaction.

    In a transaction that ``env.py`` has begun itself, Alembic ignores the option.
    """
    per_step = context.opts.get("transaction_per_migration")
    return context.impl.transactional_ddl and (is_in_outer_transaction(context) or not per_step)
