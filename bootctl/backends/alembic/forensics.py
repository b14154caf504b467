"""What a migration left half done in a database, and what leads out of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from alembic.runtime.migration import MigrationContext

from bootctl.backends.alembic.project import Project
from bootctl.backends.alembic.records import Half, Records
from bootctl.errors import BootError
from bootctl.schema.leftovers import Leftover, leftovers
from bootctl.state import Database, Direction
from bootctl.wayout import WayOut, executable, remaining, undoing

Print = Callable[[Callable[..., Iterable[Any]]], list[str]]
"""Calls a function as Alembic calls ``fn`` with ``--sql``, and returns what was printed."""


@dataclass(frozen=True)
class Found:
    """What is half done in one database."""

    half: Half | None
    left: tuple[Leftover, ...]

    def __str__(self) -> str:
        half = f"{self.half.revision} is half applied: {self.half.done}" if self.half else ""
        left = ", ".join(map(str, self.left))
        return "; ".join(filter(None, (half, f"there is {left}" if left else "")))


def look(
    records: Records, context: MigrationContext, database: Database
) -> tuple[Database, Found | None]:
    """``database``, which is dirty where something of what is pending is half done."""
    if database.direction not in (Direction.FRESH, Direction.BEHIND) or not database.pending:
        return database, None
    assert context.connection is not None  # only MigrationContext's offline mode has none
    half = records.half_applied(context, database.pending)
    found = Found(half, leftovers(context.connection))
    if not str(found):
        return database, None
    return replace(database, direction=Direction.DIRTY, reason=str(found)), found


def way_out(project: Project, found: Found, printing: Print) -> WayOut:
    """The statements that finish what was ``found``, and those that undo it."""
    forward = tuple(sql for item in found.left for sql in item.way_out.forward)
    back = tuple(sql for item in found.left for sql in item.way_out.back)
    if found.half is None or found.half.done.doubtful:
        return WayOut(forward, back)
    upgrade, downgrade = _printed(project, found.half, printing)
    left = remaining(upgrade, found.half.done.ran)
    undo = undoing(upgrade, downgrade, found.half.done.ran) if left is not None else ()
    return WayOut(
        (*forward, *left) if left else (), (*(undo or back), found.half.forget) if undo else back
    )


def _printed(project: Project, half: Half, printing: Print) -> tuple[list[str], list[str]]:
    """What ``upgrade`` and ``downgrade`` of a migration execute: nothing where only running says it."""
    revision = half.revision.id
    upgrade: list[str] = []
    downgrade: list[str] = []
    with suppress(BootError):
        upgrade += printing(lambda heads, _: project.script._upgrade_revs(revision, heads))
    with suppress(BootError):
        downgrade += printing(lambda *_: _downgrade(project, revision))
    # Alembic prints what makes its table before a first migration; it is there by now.
    made = f"CREATE TABLE {half.table} ("
    own = [text for text in executable(upgrade) if not text.startswith(made)]
    return own, list(executable(downgrade))


def _downgrade(project: Project, revision: str) -> Iterator[Any]:
    script = project.script.get_revision(revision)
    assert script is not None  # it is pending, so there is a file
    if hasattr(script.module, "downgrade"):
        script.module.downgrade()
    yield from ()
