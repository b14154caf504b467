"""How far an upgrade is, by the statements and the commits that its connections tell of."""

import functools
from collections.abc import Callable
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, ExceptionContext

from bootctl.database.answers import is_answer
from bootctl.database.state import Revision
from bootctl.database.statement_count import asked, between
from bootctl.database.transactions import takes_scripts
from bootctl.errors import MigrationError
from bootctl.ledger.access import autocommits
from bootctl.ledger.executed import changes, commits_transaction, rolls_back
from bootctl.ledger.journal import Journal, commits
from bootctl.migrate.direct_connections import direct_connections
from bootctl.migrate.progress import Progress
from bootctl.migrate.upgraded import Fate
from bootctl.migrate.witness import Witness
from bootctl.output.exits import children_ended, end_if_forked
from bootctl.output.process_state import surroundings_kept


class AlembicProgress(Progress):
    """Sees the statements and the commits of every connection that ``env.py`` has."""

    def __init__(self) -> None:
        super().__init__()
        self.allowing: Callable[[str], None] | None = None
        """Called with each statement before it is executed, but for those that record a migration."""
        self._has_returned = False
        """Whether the migration's code has, and Alembic records it; or none of it was called yet."""
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
        self._migrating = connection_of(context)
        self._in_same, self._has_returned = False, True
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
            connection, witness = connection_of(context), self.witness
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
        connection, witness = connection_of(context), self.witness
        assert witness is not None  # the migration has started
        is_same = not self._commits_elsewhere and witness.is_same(connection)
        self._in_same = is_same and _is_recorded_by_us(context)
        if not is_same:
            self.commits_early(can_write=connection.dialect.name != "sqlite")

    def transaction_to_record_in(self, context: MigrationContext) -> str | None:
        """Return the transaction that the migration began in, if what records it may ask for that."""
        is_asked = self._unasked is None or self._commits_elsewhere
        can_ask = _is_recorded_by_us(context) and takes_scripts(connection_of(context))
        return None if is_asked or self.witness is None or not can_ask else self.witness.begun[0]

    def stays_in_same(self) -> None:
        """Note that the migration was recorded in the transaction that it began in."""
        self._unasked, self._in_same = None, True


def connection_of(context: MigrationContext) -> Connection:
    """Return what migrates."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    return context.connection


def _is_recorded_by_us(context: MigrationContext) -> bool:
    """Return whether nothing of env.py is called when a migration is recorded: it may end the transaction."""
    return len(context.on_version_apply_callbacks) == 1


def half_way(progress: AlembicProgress, why: str) -> MigrationError:
    """Return what is said where a migration has ended the transaction of all, and ``why`` it was left."""
    place = f"{progress.current}: " if progress.current else ""
    return MigrationError(
        f"{place}{why}, and what was executed before has committed by itself, so that it cannot be run again",
        hint="Take the COMMIT out of the migrations, or release those before this one first.",
        revision=progress.current.id if progress.current else None,
    )
