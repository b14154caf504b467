"""The parts of Alembic that are not public, and why no public one serves.

Tried with Alembic 1.13.0 to 1.20.1.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from bootctl.config.files import refuse_other_than_files


def upgrade_steps(
    script: ScriptDirectory, heads: tuple[str, ...], to: str = "heads"
) -> Iterable[Any]:
    """Return Alembic's steps from ``heads`` up ``to`` a revision, as its own command takes them.

    The public way to them is a command, which reads the heads from a database by itself.
    """
    return script._upgrade_revs(to, heads)  # type: ignore[arg-type]  # it takes a tuple


def stamp_steps(script: ScriptDirectory, heads: tuple[str, ...], revision: str) -> Iterable[Any]:
    """Return Alembic's steps that record ``revision`` beside or in place of ``heads``.

    The public way to them is a command, which executes them.
    """
    return script._stamp_revs(revision, heads)


def load_scripts(script: ScriptDirectory) -> list[Script]:
    """Import every migration file, whether or not they are one history.

    ``walk_revisions()`` stops at the first thing that is wrong, and names no file. Alembic takes a
    folder that it may not list for an empty one: that raises ``PermissionError``.
    """
    for folder in script.version_locations or (Path(script.dir, "versions"),):
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            refuse_other_than_files(Path(entry) for entry in entries if entry.name.endswith(".py"))
    return list(script._load_revisions())


def forget_locations(script: ScriptDirectory) -> None:
    """Have the folders of the migration files be read again from ``version_locations``.

    ``env.py`` may set that, and Alembic keeps what it made of it when it was asked first.
    """
    vars(script).pop("_version_locations", None)


def is_in_outer_transaction(context: MigrationContext) -> bool:
    """Return whether ``env.py`` has begun the transaction, so that Alembic commits nothing.

    Nothing public tells; the option ``transaction_per_migration`` has no effect in one.
    """
    return context._in_external_transaction


def replace_calls(
    context: EnvironmentContext,
    configure: Callable[..., None],
    run_migrations: Callable[..., None],
) -> None:
    """Have ``env.py`` call these, each with Alembic's own method before its arguments.

    On the instance, because ``alembic.context`` is a proxy for one class: a subclass would take its
    place for the whole process.
    """
    own_configure, own_run = context.configure, context.run_migrations
    context.configure = lambda *args, **kw: configure(own_configure, *args, **kw)  # type: ignore[method-assign]  # the purpose
    context.run_migrations = lambda **kw: run_migrations(own_run, **kw)  # type: ignore[method-assign]  # the purpose
