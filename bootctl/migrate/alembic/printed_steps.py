"""Steps of an upgrade whose code does nothing but print."""

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bootctl.database.state import Revision
from bootctl.migrate.printing import printed_alone
from bootctl.project.alembic.project import Project


def only_printed(steps: Iterable[Any], project: Project) -> Iterator[Any]:
    """Yield ``steps`` of ``project``, whose code then does nothing but print."""
    for step in steps:
        step.migration_fn = _alone(step.migration_fn, project.revision(step.revision), project.root)
        yield step


def _alone(upgrade: Callable[..., None], revision: Revision, root: Path) -> Callable[..., None]:
    @functools.wraps(upgrade)
    def printing(**kw: Any) -> None:
        with printed_alone(revision, root):
            upgrade(**kw)

    return printing
