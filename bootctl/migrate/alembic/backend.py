"""The Alembic backend: to inspect, to upgrade and to print are each one run of ``env.py``."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, event

from bootctl.config.settings import Settings
from bootctl.database.migration_target import MigrationTarget
from bootctl.database.state import Difference, Direction, History, Revision
from bootctl.database.statement_count import asked, between
from bootctl.errors import BootError, Interrupted, SettingsError
from bootctl.ledger.incomplete import Dirt
from bootctl.ledger.journal import Journal, commits
from bootctl.ledger.ledger import autocommits
from bootctl.ledger.recovery import WayOut
from bootctl.migrate.alembic import recovery
from bootctl.migrate.alembic.databases import Addresses, public
from bootctl.migrate.alembic.environment import Mode, OptsOut, Run, Work
from bootctl.migrate.alembic.migration_targets import Places
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.faults import upgrade_fault
from bootctl.migrate.inspection import Database, Inspection, Upgraded
from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Compare, Guard, Located
from bootctl.output import log
from bootctl.output.stopwatch import Stopwatch
from bootctl.project.alembic import Project
from bootctl.project.alembic_faults import project_fault
from bootctl.project.code import python_path
from bootctl.verify.metadata import differences


class AlembicBackend:
    """See ``bootctl.migrate.backends.Backend``."""

    name = "alembic"

    def __init__(self, root: Path, settings: Settings) -> None:
        self._root = root
        self._section = settings.alembic.name
        self._ignore = settings.verify.ignore
        self._dirt: dict[str, Dirt] = {}
        self._project = Project(root, settings)
        self._addresses = Addresses(self._project.config, settings)
        self._places = Places(self._project, self._addresses)
        self._records = Records(root, self._project)

    def history(self) -> History:
        """The migrations in the code."""
        return self._project.history()

    def inspect(self, compare: Compare) -> Inspection:
        """Read every database that ``env.py`` configures."""
        found: list[tuple[Database, Dirt | None]] = []

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            places.add(context)
            database = self._database(heads, context, compare)
            found.append(recovery.look(self._records, context, database, self._ignore))
            yield from ()

        places = Places(self._project, self._addresses)
        self._guarded(Run(self._project, self._addresses, Mode.LOOK, look))
        self._places = places
        self._dirt = {str(database.url): dirt for database, dirt in found if dirt}
        return Inspection(tuple(database for database, _ in found))

    def way_out(self, database: Database) -> WayOut:
        """By what the migration prints, and its downgrade."""
        dirt = self._dirt.get(str(database.url))
        return recovery.way_out(self._project, dirt, self._printed) if dirt else WayOut()

    def places(self) -> tuple[MigrationTarget, ...]:
        """The databases that ``env.py`` configured last."""
        return self._places.all()

    def upgrade(self, guard: Guard) -> Upgraded:
        """Apply what is pending, and verify before the commit where there is one for all."""
        try:
            return self._upgrade(guard, Mode.MIGRATE)
        except OptsOut:
            log.event(
                "migrate.stepwise",
                "a migration sets PRAGMA foreign_keys, which SQLite ignores in a transaction: "
                "nothing was applied yet, and now every step commits by itself",
                level="WARNING",
            )
            return self._upgrade(guard, Mode.MIGRATE_STEPWISE)

    def sql(self) -> str:
        """What Alembic's ``--sql`` prints, from the heads the database has."""
        script = self._project.script
        return "".join(self._printed(lambda heads, _: script._upgrade_revs("heads", heads)))  # type: ignore[arg-type]

    def _printed(self, steps: Work) -> list[str]:
        run = Run(self._project, self._addresses, Mode.PRINT, steps)
        self._guarded(run)
        return run.printed.statements

    def unmigrated(self) -> None:
        """Alembic's files say what to do, not what the models were."""

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> None:
        """Nothing but what any backend's databases are refused for."""

    def new_migration(self, message: str) -> str:
        """Alembic's own command, as it works in this project."""
        path = python_path(self._root)
        section = f" -n {self._section}" if self._section else ""
        return f'{path}alembic{section} revision --autogenerate -m "{message}"'

    def _upgrade(self, guard: Guard, mode: Mode) -> Upgraded:
        progress = _Progress()

        def work(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            progress.watch(context)
            progress.journal = self._records.journal(context, guard.session)
            for step in self._project.script._upgrade_revs("heads", heads):  # type: ignore[arg-type]
                revision = self._project.revision(step.revision)
                guard.before_step(revision)
                self._records.prepare(context)
                progress.start(revision)
                progress.journal.begin(self._records.entry(context, step.revision))
                step.migration_fn = progress.counted(step.migration_fn, context)
                yield step
                progress.finish()
            if guard.before_commit and not progress.has_committed and _commits_once(context):
                watch = Stopwatch()
                found = differences(context)
                progress.verify_ms = (progress.verify_ms or 0) + watch.ms
                guard.before_commit(found)

        def record(*, ctx: MigrationContext, step: MigrationInfo, **_: Any) -> None:
            progress.end_journal()
            self._records.write(ctx, step, progress.elapsed_ms)

        try:
            listener = progress.executing
            run = Run(self._project, self._addresses, mode, work, record, guard.session, listener)
            self._guarded(run, progress)
        except BootError as error:
            stepwise = mode is Mode.MIGRATE_STEPWISE
            error.partial = progress.current is not None and (stepwise or progress.half_committed)
            raise
        return progress.upgraded

    def _guarded(self, run: Run, progress: "_Progress | None" = None) -> None:
        """Run, and turn whatever the user's code or the database raises into a typed error."""
        try:
            run()
        except (BootError, Interrupted, Located, OptsOut):
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            fault = upgrade_fault(error, progress, self._root) if progress is not None else None
            targets = self._addresses.targets
            fault = fault or project_fault(error, self._root, "env.py cannot be run", targets)
            # The text of an error in a setting may quote a part of a password.
            raise fault from (None if isinstance(fault, SettingsError) else error)

    def _database(
        self, heads: tuple[str, ...], context: MigrationContext, compare: Compare
    ) -> Database:
        history = self._project.history()
        unknown = tuple(head for head in heads if not self._project.known(head))
        known = tuple(head for head in heads if head not in unknown)
        pending = self._project.pending(known) if known or not unknown else ()
        direction = Direction.of(heads, unknown, pending)
        closely = compare == "ahead" and direction is Direction.AHEAD
        at_head = direction is Direction.AT_HEAD or not history.revisions
        wanted = compare == "always" or (compare != "never" and at_head) or closely
        applied = _applied(history, pending) if heads else ()
        edited, vanished = self._records.altered(context, () if unknown else heads, applied)
        assert context.connection is not None  # only MigrationContext's offline mode has none
        engine = context.connection.engine
        return Database(
            url=public(engine.url),
            transactional=context.impl.transactional_ddl or engine.dialect.name == "sqlite",
            direction=direction,
            current=heads,
            applied=applied,
            pending=pending,
            unknown=unknown,
            differences=differences(context, closely=closely) if wanted else None,
            edited=edited,
            vanished=vanished,
        )


class _Progress(Progress):
    """Which migration is being applied, and whether it has committed a part of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.journal: Journal | None = None
        self._commits = 0
        self._commits_before = 0
        self._autocommits = False

    @property
    def has_committed(self) -> bool:
        """Whether anything is committed by now."""
        return self._commits > 0 or self._autocommits

    @property
    def half_committed(self) -> bool:
        """Whether the current migration may have committed a part of itself."""
        return self._commits > self._commits_before or self._autocommits

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

    def end_journal(self) -> None:
        """What follows records the migration."""
        if self.journal is not None:
            self.journal.end()

    def start(self, revision: Revision) -> None:
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


def _applied(history: History, pending: tuple[Revision, ...]) -> tuple[str, ...]:
    waiting = set(pending)
    return tuple(item.id for item in history.revisions if item not in waiting)
