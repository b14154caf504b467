"""What a migration left half done, and the statements that Alembic prints to lead out of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from alembic.runtime.migration import MigrationContext

from bootctl.database.state import Direction
from bootctl.errors import BootError
from bootctl.ledger.incomplete import Dirt
from bootctl.ledger.leftovers import leftovers
from bootctl.ledger.recovery import WayOut
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.inspection import Database
from bootctl.project.alembic import Project

Print = Callable[[Callable[..., Iterable[Any]]], list[str]]
"""Calls a function as Alembic calls ``fn`` with ``--sql``, and returns what was printed."""


def look(
    records: Records, context: MigrationContext, database: Database, ignore: Sequence[str]
) -> tuple[Database, Dirt | None]:
    """``database``, which is dirty where something of what is pending is half done."""
    if database.direction not in (Direction.FRESH, Direction.BEHIND) or not database.pending:
        return database, None
    assert context.connection is not None  # only MigrationContext's offline mode has none
    half = records.half_applied(context, database.pending)
    dirt = Dirt(half, leftovers(context.connection, () if half else ignore))
    if not dirt:
        return database, None
    return replace(database, direction=Direction.DIRTY, reason=str(dirt), has_way_out=True), dirt


def way_out(project: Project, dirt: Dirt, printing: Print) -> WayOut:
    """What finishes the migration, and what undoes it: nothing where only running it would tell."""
    upgrade: list[str] = []
    downgrade: list[str] = []
    if dirt.half is not None:
        revision = dirt.half.revision.id
        with suppress(BootError):
            upgrade += printing(lambda heads, _: project.script._upgrade_revs(revision, heads))
        with suppress(BootError):
            downgrade += printing(lambda *_: _downgrade(project, revision))
    return dirt.way_out(upgrade, downgrade)


def _downgrade(project: Project, revision: str) -> Iterator[Any]:
    script = project.script.get_revision(revision)
    assert script is not None  # it is pending, so there is a file
    if hasattr(script.module, "downgrade"):
        script.module.downgrade()
    yield from ()
