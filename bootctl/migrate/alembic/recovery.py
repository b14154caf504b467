"""What a migration left half done, and the statements that Alembic prints to lead out of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from alembic.runtime.migration import MigrationContext

from bootctl.config.lists import Ignored
from bootctl.database.state import Revision
from bootctl.errors import BootError
from bootctl.ledger.incomplete import IncompleteState
from bootctl.ledger.leftovers import leftovers
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.migrate.alembic.printed_steps import only_printed
from bootctl.migrate.alembic.records import Records
from bootctl.migrate.printing import only_printing
from bootctl.project.alembic.internals import upgrade_steps
from bootctl.project.alembic.project import Project

Print = Callable[[Callable[..., Iterable[Any]]], list[str]]
"""Calls a function as Alembic calls ``fn`` with ``--sql``, and returns what was printed."""


def incomplete_state(
    records: Records,
    context: MigrationContext,
    pending: tuple[Revision, ...],
    ignore: Sequence[Ignored | str],
) -> IncompleteState | None:
    """Return what of the ``pending`` revisions is half done; ``None`` where nothing is."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    partial = records.half_applied(context, pending)
    return (
        IncompleteState(partial, leftovers(context.connection, () if partial else ignore)) or None
    )


def recovery_plan(project: Project, state: IncompleteState | None, printing: Print) -> RecoveryPlan:
    """Return what finishes the migration, and what undoes it: nothing where only running it would tell."""
    if state is None:
        return RecoveryPlan()
    upgrade: list[str] = []
    downgrade: list[str] = []
    if state.partial is not None:
        revision = state.partial.revision.id
        with suppress(BootError):
            upgrade += printing(lambda heads, _: _upgrade(project, heads, revision))
        with suppress(BootError):
            downgrade += printing(lambda *_: _downgrade(project, revision))
    return state.recovery_plan(upgrade, downgrade)


def _upgrade(project: Project, heads: tuple[str, ...], revision: str) -> Iterator[Any]:
    return only_printed(upgrade_steps(project.script, heads, revision), project)


def _downgrade(project: Project, revision: str) -> Iterator[Any]:
    script = project.script.get_revision(revision)
    assert script is not None  # it is pending, so there is a file
    if hasattr(script.module, "downgrade"):
        with only_printing():
            script.module.downgrade()
    yield from ()
