"""The round trips of Alembic's migrations, in one run of ``env.py``."""

from collections.abc import Iterator
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from sqlalchemy import Connection

from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Guard
from bootctl.migrate.round_trip import RoundTrips
from bootctl.project.alembic.project import Project
from bootctl.project.downgrades import irreversible
from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog


class Trips:
    """What Alembic calls for the database: each step up, down and up again."""

    def __init__(
        self, project: Project, guard: Guard, trips: RoundTrips, progress: Progress
    ) -> None:
        self._project = project
        self._guard = guard
        self._trips = trips
        self._progress = progress

    def __call__(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
        """Yield each step to Alembic, which takes it before it asks for the next."""
        for step in self._project.steps(heads):
            revision = self._project.revision(step.revision)
            self._guard.before_step(revision)
            self._progress.current = revision
            self._trips.applying(revision)
            yield step
            if self._trips.is_made(irreversible(self._project.root / revision.path)):
                yield from self._back_and_again(step.revision, context)

    def _back_and_again(self, script: Script, context: MigrationContext) -> Iterator[Any]:
        connection, revisions = context.connection, self._project.script.revision_map
        assert connection is not None  # only MigrationContext's offline mode has none
        before = self._read(connection)
        self._trips.doing("downgrade")
        yield MigrationStep.downgrade_from_script(revisions, script)
        self._trips.doing("upgrade after downgrade")
        yield MigrationStep.upgrade_from_script(revisions, script)
        self._trips.compared(tuple(changes(before, self._read(connection))))

    def _read(self, connection: Connection) -> Catalog:
        """Read between two steps, where Alembic may want to begin a transaction itself."""
        inside = connection.in_transaction()
        try:
            return self._trips.read(connection)
        finally:
            if not inside:
                connection.rollback()
