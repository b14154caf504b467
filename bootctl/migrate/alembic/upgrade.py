"""One upgrade: what Alembic calls for each database, and what is seen of the connections."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, event

from bootctl.database.state import Revision
from bootctl.database.statement_count import asked, between
from bootctl.ledger.journal import Journal, commits
from bootctl.ledger.ledger import autocommits
from bootctl.ledger.table import Entry
from bootctl.migrate.alembic.databases import Databases
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.inspection import Comparison
from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Guard
from bootctl.output.stopwatch import Stopwatch
from bootctl.project.alembic.project import Project
from bootctl.verify.metadata import differences


class Upgrade:
    """Applies what is pending, and tells ``progress`` how far it is."""

    def __init__(
        self,
        project: Project,
        records: Records,
        guard: Guard,
        progress: "AlembicProgress",
        databases: Databases,
    ) -> None:
        self._project = project
        self._records = records
        self._guard = guard
        self._progress = progress
        self._databases = databases

    def __call__(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
        """Yield each step to Alembic, which applies it; then compare what it has not committed."""
        self._progress.watch(context)
        self._progress.journal = self._journal(context)
        for step in self._project.steps(heads):
            yield self._begun(step, context)
            self._progress.finish()
        if (
            self._guard.before_commit
            and not self._progress.has_committed
            and _commits_once(context)
        ):
            watch = Stopwatch()
            found = Comparison(differences(context))
            self._progress.verify_ms = (self._progress.verify_ms or 0) + watch.ms
            self._guard.before_commit(found)

    def record(self, *, ctx: MigrationContext, step: MigrationInfo, **_: Any) -> None:
        """Write a step into the ledger, as Alembic's ``on_version_apply``."""
        self._progress.end_journal()
        self._records.write(ctx, step, self._progress.elapsed_ms)

    def _begun(self, step: Any, context: MigrationContext) -> Any:
        revision = self._project.revision(step.revision)
        self._guard.before_step(revision)
        self._records.prepare(context)
        self._progress.start(revision)
        self._progress.begin_journal(self._records.entry(context, step.revision))
        step.migration_fn = self._progress.counted(step.migration_fn, context)
        return step

    def _journal(self, context: MigrationContext) -> Journal:
        assert context.connection is not None  # only MigrationContext's offline mode has none
        url = self._databases.url(context.connection.engine)
        run = functools.partial(self._guard.session.run, url)
        return self._records.journal(context, run)


class AlembicProgress(Progress):
    """Which migration is being applied, and whether it has committed a part of itself."""

    def __init__(self, *, commits_steps: bool) -> None:
        super().__init__()
        self.commits_as_it_goes = commits_steps
        self.journal: Journal | None = None
        self._commits = 0
        self._commits_before = 0
        self._autocommits = False

    @property
    def has_committed(self) -> bool:
        """Whether anything is committed by now."""
        return self._commits > 0 or self._autocommits

    @property
    def is_partial(self) -> bool:
        """Return whether the current migration may have committed a part of itself."""
        committed = self._commits > self._commits_before or self._autocommits
        return self.current is not None and (self.commits_as_it_goes or committed)

    def watch(self, context: MigrationContext) -> None:
        """Count the commits of the connection that migrates, where a database rolls DDL back."""
        assert context.connection is not None  # only MigrationContext's offline mode has none
        self._autocommits |= context.impl.transactional_ddl and autocommits(context.connection)
        event.listen(context.connection, "commit", self._committed)

    def _committed(self, connection: Any) -> None:
        self._commits += 1

    def executing(self, connection: Connection, _: Any, text: str, *__: Any) -> None:
        """See ``bootctl.ledger.journal.Journal``."""
        if self.journal is not None:
            own = commits(connection, text, autocommits=autocommits(connection))
            mysql = connection.dialect.name in ("mysql", "mariadb")
            self.journal.executing(text, commits=own, ddl_commits=mysql)

    def begin_journal(self, entry: Entry) -> None:
        """Keep what follows as statements of a migration."""
        if self.journal is not None:
            self.journal.begin(entry)

    def end_journal(self) -> None:
        """What follows records the migration."""
        if self.journal is not None:
            self.journal.end()

    def start(self, revision: Revision) -> None:
        """Begin with a migration, which has committed nothing yet."""
        super().start(revision)
        self._commits_before = self._commits

    def counted(
        self, upgrade: Callable[..., None], context: MigrationContext
    ) -> Callable[..., None]:
        """``upgrade``, after whose failure it is known how many statements it has executed."""

        @functools.wraps(upgrade)
        def counting(**kw: Any) -> None:
            assert context.connection is not None  # only MigrationContext's offline mode has none
            before = asked(context.connection)
            try:
                upgrade(**kw)
            except Exception:
                self.executed = between(before, asked(context.connection))
                raise

        return counting


def _commits_once(context: MigrationContext) -> bool:
    """Whether everything that was applied is still one open transaction."""
    return context.impl.transactional_ddl and not context.opts.get("transaction_per_migration")
