"""The Alembic backend: to inspect, to upgrade and to print are each one run of ``env.py``."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple
from sqlalchemy import MetaData

import bootctl.verify.strict_comparison  # noqa: F401  # it registers, before the project does
from bootctl.config.settings import Settings
from bootctl.database.connector import Connector
from bootctl.database.migration_target import VersionTable
from bootctl.database.state import Difference, History, Revision
from bootctl.database.url import Url
from bootctl.errors import BootError, HistoryError, Interrupted, SettingsError
from bootctl.migrate.alembic.databases import Databases, Serve
from bootctl.migrate.alembic.environment import Mode, Run, Work
from bootctl.migrate.alembic.hosted import hosted
from bootctl.migrate.alembic.migration_targets import MigrationTargets
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.alembic.sqlite_transaction import OptsOut
from bootctl.migrate.inspection import Database, Inspection, NewTargets, Stamp
from bootctl.migrate.meanwhile import begin_to_import
from bootctl.migrate.protocol import Compare, Guard, Inspected, IsReady, WaitedFor, never
from bootctl.migrate.reading import Reading
from bootctl.migrate.snapshots import lock_of
from bootctl.output import log
from bootctl.output.capture import captured
from bootctl.project.alembic.faults import project_fault
from bootctl.project.alembic.project import Project
from bootctl.project.code import python_path
from bootctl.verify.catalog.read import reader_of

if TYPE_CHECKING:  # a boot at head has none of these
    from bootctl.ledger.recovery import RecoveryPlan
    from bootctl.migrate.alembic.comparison import Verified
    from bootctl.migrate.alembic.progress import AlembicProgress
    from bootctl.migrate.risk.printed import PrintedMigration
    from bootctl.migrate.round_trip import RoundTrips
    from bootctl.migrate.upgraded import Upgraded
    from bootctl.project.unimported import Unimported


class AlembicBackend:
    """See ``bootctl.migrate.protocol.Backend``."""

    name = "alembic"

    def __init__(self, root: Path, settings: Settings) -> None:
        self._root = root
        self._section = settings.alembic.name
        self._ignore = settings.verify.ignore
        with captured():
            self._project = Project(root, settings)
        self._databases = Databases(self._project.config, settings, self._hosted)
        self._records = Records(root, self._project, lock_of(root, settings))
        self._compared: tuple[MetaData, ...] = ()
        self._verified: Verified | None = None

    def history(self) -> History:
        """Return the migrations in the code."""
        return self._project.history()

    def locate(self) -> tuple[Url, ...]:
        """Return the first database that ``env.py`` connects to."""
        run = Run(self._project, self._databases, Mode.LOOK, lambda *_: ())
        new = self._guarded(run)
        return (new,) if new else ()

    def connector(self, url: Url) -> Connector | None:
        """Return how ``env.py`` connects to ``url``."""
        return self._databases.connector(url)

    def connects_by_url(self, url: Url) -> bool:
        """Return whether no function of ``env.py`` has a part in connecting."""
        return self._databases.connects_by_url(url)

    def import_rest(self) -> None:
        """Import what reads the databases: env.py has all else imported."""
        for url in self._databases.seen:
            reader_of(url.scheme)

    def inspect(self, compare: Compare, known: WaitedFor, is_ready: IsReady = never) -> Inspected:
        """Read every database that ``env.py`` configures."""
        found: list[Database] = []
        targets = MigrationTargets(self._project, self._databases)

        def look(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            targets.add(context)
            self._compared += to_tuple(context.opts.get("target_metadata"), default=())
            found.append(self._database(heads, context, compare))
            yield from ()

        new = self._guarded(self._run(Mode.LOOK, look, known, is_ready))
        return NewTargets((new,)) if new else Inspection.of(found, targets.all())

    def recovery_plan(self, inspection: Inspection, database: Database) -> "RecoveryPlan":
        """Return it by what the migration prints, and its downgrade."""
        from bootctl.migrate.alembic.recovery import recovery_plan

        printing = partial(self._printed, inspection)
        return recovery_plan(self._project, database.incomplete, printing)

    def stamp(self, database: Database, revision: str) -> Stamp:
        """Return what ``alembic stamp`` would execute."""
        from bootctl.migrate.alembic.stamping import stamp

        return stamp(self._project, database, revision)

    def upgrade(self, inspection: Inspection, guard: Guard) -> "Upgraded":
        """Apply what is pending, and verify before the commit where there is one for all."""
        from bootctl.migrate.alembic.progress import AlembicProgress, half_way

        progress = AlembicProgress()
        try:
            return self._upgrade(inspection, guard, Mode.MIGRATE, progress)
        except OptsOut as error:  # which refers to all that env.py has made
            why = str(error)
        if progress.has_committed or progress.is_partial:
            return progress.upgraded(half_way(progress, why))
        message = f"{why}: nothing was applied yet, and now every step commits by itself"
        log.event("migrate.stepwise", message, level="WARNING")
        return self._upgrade(inspection, guard, Mode.MIGRATE_STEPWISE, AlembicProgress())

    def round_trips(self, inspection: Inspection, guard: Guard, trips: "RoundTrips") -> None:
        """Apply what is pending, and undo and apply again each migration on the way."""
        from bootctl.migrate.alembic.progress import AlembicProgress
        from bootctl.migrate.alembic.round_trip import Trips

        for mode in (Mode.MIGRATE, Mode.MIGRATE_STEPWISE):
            progress = AlembicProgress()
            progress.allowing = guard.executing
            work = Trips(self._project, guard, trips, progress)
            run = self._run(mode, work, inspection.urls)
            run.session, run.executing = guard.session, progress.executing
            with suppress(OptsOut):
                self._on_known(run, progress)
                return
            trips.made.clear()  # in one transaction, which is rolled back

    def sql(self, inspection: Inspection) -> str:
        """Return what Alembic's ``--sql`` prints, from the heads the database has."""
        from bootctl.migrate.alembic.printed_steps import only_printed

        def steps(heads: tuple[str, ...], _: MigrationContext) -> Iterator[Any]:
            return only_printed(self._project.steps(heads), self._project)

        return "".join(self._printed(inspection, steps))

    def printed(self, inspection: Inspection) -> "list[PrintedMigration]":
        """Return what Alembic's ``--sql`` prints of each migration by itself."""
        from bootctl.migrate.alembic.printing import Printing

        printing = Printing(self._project)
        with suppress(BootError):
            self._printed(inspection, printing)
        return printing.found(inspection)

    def unmigrated(self) -> None:
        """Return ``None``: Alembic's files say what to do, not what the models were."""

    def unimported(self) -> "tuple[Unimported, ...]":
        """Return those that would be in the metadata that env.py has given."""
        from bootctl.project.alembic.unimported import unimported

        return tuple(unimported(self._root, self._compared))

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> None:
        """Return ``None``: nothing is refused but what any backend's databases are refused for."""

    def new_migration(self, message: str, apps: Sequence[str] = ()) -> str:
        """Return Alembic's own command, as it works in this project."""
        path = python_path(self._root)
        section = f" -n {self._section}" if self._section else ""
        return f'{path}alembic{section} revision --autogenerate -m "{message}"'

    def _hosted(self, url: Url, serve: Serve) -> None:
        hosted(self._project, self._databases, url, serve)

    def _printed(self, inspection: Inspection, steps: Work) -> list[str]:
        run = self._run(Mode.PRINT, steps, inspection.urls)
        self._on_known(run)
        return run.printed.statements

    def _upgrade(
        self, inspection: Inspection, guard: Guard, mode: Mode, progress: "AlembicProgress"
    ) -> "Upgraded":
        from bootctl.migrate.alembic.upgrade import Upgrade

        progress.allowing = guard.executing
        before = inspection.databases
        upgrade = Upgrade(self._project, self._records, guard, progress, self._databases, before)
        run = self._run(mode, upgrade, inspection.urls)
        self._verified = upgrade.verified
        run.on_apply, run.recorded = upgrade.record, upgrade.recorded
        run.session, run.committing = guard.session, progress.committing
        run.executing, run.failing = progress.executing, progress.failing
        try:
            self._on_known(run, progress)
        except BootError as error:
            return progress.upgraded(error)
        return progress.upgraded()

    def _run(self, mode: Mode, work: Work, known: WaitedFor, is_ready: IsReady = never) -> Run:
        # One that is only read, such as a registry of tenants, was waited for too.
        waited_for = [*known, *self._databases.seen]
        identities = frozenset(url.identity for url in waited_for)
        return Run(self._project, self._databases, mode, work, identities, is_ready)

    def _on_known(self, run: Run, progress: "AlembicProgress | None" = None) -> None:
        new = self._guarded(run, progress)
        if new:
            raise HistoryError(
                f"env.py connects to {new}, and did not when the databases were inspected",
                hint="Make env.py connect to the same databases whenever it runs.",
                target=str(new),
            )

    def _guarded(self, run: Run, progress: "AlembicProgress | None" = None) -> Url | None:
        """Run, and turn whatever the user's code or the database raises into a typed error."""
        try:
            return run()
        except (BootError, Interrupted, OptsOut):
            raise
        except BaseException as error:  # whatever a migration raises
            from bootctl.migrate.faults import upgrade_fault

            fault = upgrade_fault(error, progress, self._root, self.name) if progress else None
            targets = self._databases.targets
            fault = fault or project_fault(error, self._root, "env.py cannot be run", targets)
            # The text of an error in a setting may quote a part of a password.
            raise fault from (None if isinstance(fault, SettingsError) else error)

    def _database(
        self, heads: tuple[str, ...], context: MigrationContext, compare: Compare
    ) -> Database:
        assert context.connection is not None  # only MigrationContext's offline mode has none
        reading = self._reading(heads, context)
        incomplete = None
        if reading.may_be_incomplete:
            from bootctl.migrate.alembic.recovery import incomplete_state

            incomplete = incomplete_state(self._records, context, reading.pending, self._ignore)
        snapshot = None
        if reading.has_snapshot(compare):
            begin_to_import("bootctl.migrate.alembic.comparison")
            scope = self._records.scope(context)
            snapshot = scope.read(context.connection, reading.current)
        comparison = None
        if reading.is_compared(compare, even_ahead=False):
            strict = reading.is_compared_strictly(compare)
            from bootctl.migrate.alembic.comparison import compared

            verified = None if strict else self._verified
            known = verified and verified.find(reading.url, context, snapshot)
            differing = known or compared(context, snapshot, strict=strict)
            comparison = replace(differing, differences=self._placed(differing.differences))
        table = VersionTable(context.version_table_schema, context.version_table)
        found = reading.database(comparison, incomplete)
        return replace(found, snapshot=snapshot, version_table=table)

    def _placed(self, found: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Return differences with the lines of the models that they are about."""
        if not found:
            return ()
        from bootctl.project.alembic.declared import declared  # only where something differs
        from bootctl.project.places import placed

        return placed(found, self._root, declared, self.history)

    def _reading(self, heads: tuple[str, ...], context: MigrationContext) -> Reading:
        history = self._project.history()
        unknown = tuple(head for head in heads if not self._project.known(head))
        known = tuple(head for head in heads if head not in unknown)
        pending = self._project.pending(known) if known or not unknown else ()
        applied = _applied(history, pending) if heads else ()
        edited, vanished = self._records.altered(context, () if unknown else heads, applied)
        assert context.connection is not None  # only MigrationContext's offline mode has none
        engine = context.connection.engine
        return Reading(
            url=self._databases.url(engine),
            transactional=context.impl.transactional_ddl or engine.dialect.name == "sqlite",
            has_migrations=bool(history.revisions),
            current=heads,
            applied=applied,
            pending=pending,
            unknown=unknown,
            edited=edited,
            vanished=vanished,
        )


def _applied(history: History, pending: tuple[Revision, ...]) -> tuple[str, ...]:
    waiting = set(pending)
    return tuple(item.id for item in history.revisions if item not in waiting)
