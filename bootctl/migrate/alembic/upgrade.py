"""One upgrade: what Alembic calls for each database, and what is seen of the connections."""

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, ExceptionContext

from bootctl.database.answers import is_answer
from bootctl.database.state import Revision
from bootctl.database.statement_count import asked, between
from bootctl.database.transactions import takes_scripts
from bootctl.ledger.access import autocommits
from bootctl.ledger.at_once import Recording
from bootctl.ledger.journal import Journal, commits
from bootctl.ledger.recovery import changes, commits_transaction, rolls_back
from bootctl.migrate.alembic.comparison import Verified, compared
from bootctl.migrate.alembic.databases import Databases
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.direct_connections import direct_connections
from bootctl.migrate.inspection import Comparison, Database, Made
from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Guard
from bootctl.migrate.snapshots import Snapshot
from bootctl.migrate.upgraded import Fate
from bootctl.migrate.witness import Runner, Witness
from bootctl.output.exits import children_ended, end_if_forked
from bootctl.output.process_state import surroundings_kept
from bootctl.output.stopwatch import Stopwatch
from bootctl.project.alembic.internals import is_in_outer_transaction
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
        progress: "AlembicProgress",
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

    def recorded(self, context: MigrationContext, update: str) -> bool:
        """Write a step into the ledger together with Alembic's ``update``, if nobody is to be asked between.

        Both are executed where the migration has not ended the transaction that it began in: so that is
        not asked either.
        """
        transaction = self._progress.transaction_to_record_in(context)
        self._is_written = transaction is not None and self._records.write_with(
            context, self._script, self._progress.elapsed_ms, Recording(update, transaction)
        )
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
        before = made.before.snapshot if made.before else None
        if before and step.up_revision_id == made.last:
            scope, at = self._records.scope(ctx), tuple(sorted(heads))
            made.after = scope.keep(_connection(ctx), before, made.last, at)
        if before and self._guard.made and self._ends_with_step(ctx):
            self._tell(self._records.scope(ctx).now(_connection(ctx)), can_roll_back=True)

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
        url = self._databases.url(_connection(context).engine)
        return functools.partial(self._guard.session.run, url)


class AlembicProgress(Progress):
    """Sees the statements and the commits of every connection that ``env.py`` has."""

    def __init__(self) -> None:
        super().__init__()
        self.allowing: Callable[[str], None] | None = None
        """Called with each statement before it is executed, but for those that record a migration."""
        self._has_returned = False
        """Whether the migration's code has, and Alembic records it."""
        self._migrating: Connection | None = None
        self._commits_elsewhere = False
        self._goes_on = False
        """Whether the migration has ended a transaction, as was told, and executed nothing since."""
        self._commits_each = False
        """Whether it has done so past SQLAlchemy, which has begun no other: each statement commits."""
        self._in_same = False
        """Whether only what records the migration before was executed since it was asked of its transaction."""
        self._unasked: MigrationContext | None = None
        """That of a migration that has returned, of whose transaction nobody has asked since."""

    def watch(self, context: MigrationContext) -> None:
        """Note the connection that migrates the next database."""
        self._migrating = _connection(context)
        self._in_same = False
        if context.impl.transactional_ddl and autocommits(self._migrating):
            self.has_committed = True

    def committing(self, connection: Connection) -> None:
        """Listen to a commit: before the end, of the migration's own or on a connection of its own."""
        self._in_same = False
        if self.current is None:
            return
        self.has_committed = True
        self._commits_elsewhere |= connection is not self._migrating
        if connection is self._migrating:
            self.recorded()
            self._goes_on, self._commits_each = True, False
        if self.journal is not None and connection.dialect.name != "sqlite":
            self.journal.committing()

    def executing(self, connection: Connection, _: Any, text: str, *__: Any) -> None:
        """Listen to a statement, as ``bootctl.ledger.journal.Journal`` has to know it."""
        end_if_forked()
        self.ask()  # before anything records it
        self.executes(text)
        if self.allowing is not None and not (self.is_recording or self._has_returned):
            self.allowing(text)
        if self.journal is None or self.current is None:
            return
        own = commits(connection, text, autocommits=self._autocommits(connection))
        mysql = connection.dialect.name in ("mysql", "mariadb")
        self._commits_elsewhere |= own and connection is not self._migrating and changes(text)
        self.journal.executing(text, commits=own, ddl_commits=mysql)
        if rolls_back(text):
            self.journal.undoing()
        elif commits_transaction(text) and connection.dialect.name != "sqlite":
            self.journal.committing()
        else:
            return
        self._goes_on |= connection is self._migrating

    def _autocommits(self, connection: Connection) -> bool:
        """Return whether each statement commits, as SQLAlchemy has set it or as the server has it."""
        if autocommits(connection) or connection is not self._migrating:
            return autocommits(connection)
        if self._goes_on and self.witness is not None:
            self._commits_each = self.witness.begins_again(connection)
            self._goes_on = False
        return self._commits_each

    def failing(self, context: ExceptionContext) -> None:
        """Listen to an error of a statement: what the database has refused, it has not done."""
        if self.journal is None or self.current is None or context.statement is None:
            return
        if is_answer(context.original_exception):
            self.journal.failed(context.statement)

    def _fate(self) -> Fate:
        fate = super()._fate()
        return Fate.PARTIAL if self.current is not None and self._commits_elsewhere else fate

    def start(self, revision: Revision, witness: Witness, journal: Journal | None) -> None:
        """Begin with a migration, which has committed nothing on another connection yet."""
        super().start(revision, witness, journal)
        self._commits_elsewhere = self._has_returned = False
        self._goes_on = self._commits_each = False

    def witnessed(
        self, upgrade: Callable[..., None], context: MigrationContext
    ) -> Callable[..., None]:
        """Return ``upgrade``, of which it is known afterwards what it executed and committed."""

        @functools.wraps(upgrade)
        def applying(**kw: Any) -> None:
            connection, witness = _connection(context), self.witness
            assert witness is not None  # the migration has started
            witness.begin(connection, in_same=self._in_same)
            before = asked(connection)
            try:
                with direct_connections(self.sees), surroundings_kept(), children_ended():
                    upgrade(**kw)
            except Exception:
                self.executed = between(before, asked(connection))
                witness.fails(connection)
                if witness.last_is_undone and self.journal and not self._commits_elsewhere:
                    self.journal.undone()
                raise
            end_if_forked()
            self._has_returned, self._unasked = True, context

        return applying

    def ask(self) -> None:
        """Ask whether a migration that has returned is in the transaction that it began in, if nobody has."""
        context, self._unasked = self._unasked, None
        if context is None:
            return
        connection, witness = _connection(context), self.witness
        assert witness is not None  # the migration has started
        is_same = not self._commits_elsewhere and witness.is_same(connection)
        self._in_same = is_same and _is_recorded_by_us(context)
        if not is_same:
            self.commits_early(can_write=connection.dialect.name != "sqlite")

    def transaction_to_record_in(self, context: MigrationContext) -> str | None:
        """Return the transaction that the migration began in, if what records it may ask for that."""
        is_asked = self._unasked is None or self._commits_elsewhere
        can_ask = _is_recorded_by_us(context) and takes_scripts(_connection(context))
        return None if is_asked or self.witness is None or not can_ask else self.witness.begun[0]

    def stays_in_same(self) -> None:
        """Note that the migration was recorded in the transaction that it began in."""
        self._unasked, self._in_same = None, True


def _connection(context: MigrationContext) -> Connection:
    assert context.connection is not None  # only MigrationContext's offline mode has none
    return context.connection


def _is_recorded_by_us(context: MigrationContext) -> bool:
    """Return whether nothing of env.py is called when a migration is recorded: it may end the transaction."""
    return len(context.on_version_apply_callbacks) == 1


def _can_roll_back(context: MigrationContext) -> bool:
    return context.impl.transactional_ddl and not autocommits(_connection(context))


def _commits_once(context: MigrationContext) -> bool:
    """Return whether everything that was applied is still one open transaction.

    In a transaction that ``env.py`` has begun itself, Alembic ignores the option.
    """
    per_step = context.opts.get("transaction_per_migration")
    return context.impl.transactional_ddl and (is_in_outer_transaction(context) or not per_step)
