"""The parts of Alembic that are not public, and why no public one serves.

Tried with Alembic 1.13.0 to 1.20.1.
"""

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic.ddl.impl import DefaultImpl
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import HeadMaintainer, MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Dialect, Table, literal_column

from bootctl.config.files import refuse_other_than_files
from bootctl.values import frozen


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


@frozen
class Update:
    """The statement by which Alembic records a step."""

    template: str
    """With ``{before}`` and ``{after}`` for the revisions."""
    before: str
    after: str

    def __str__(self) -> str:
        text = self.template.replace("{before}", f"'{self.before}'")
        return text.replace("{after}", f"'{self.after}'")


@contextmanager
def versions_updated_quickly(
    recorded: Callable[[MigrationContext, Update], bool] | None = None,
) -> Iterator[None]:
    """Have Alembic record a step inside by the statement that it would make, which it compiles anew for each.

    That takes longer than to execute it. ``recorded`` may execute it first, with more, and returns whether
    it did. Where it does not match its row, Alembic's own way says so.
    """
    original = HeadMaintainer._update_version

    def update(own: HeadMaintainer, before: str, after: str) -> None:
        found = _update(own.context, before, after)
        connection = own.context.connection
        is_known = before in own.heads and after not in own.heads
        if found and connection and is_known and is_executed(own.context, connection, found):
            own.heads.remove(before)
            own.heads.add(after)
        else:
            original(own, before, after)

    def is_executed(context: MigrationContext, connection: Connection, found: Update) -> bool:
        if recorded is not None and recorded(context, found):
            return True
        return connection.exec_driver_sql(str(found)).rowcount == 1

    setattr(HeadMaintainer, "_update_version", update)  # noqa: B010  # the purpose
    try:
        yield
    finally:
        setattr(HeadMaintainer, "_update_version", original)  # noqa: B010


_COUNTING = frozenset(
    [
        *("aiomysql", "aiosqlite", "asyncpg", "psycopg", "psycopg2", "psycopg_async"),
        *("pymysql", "pysqlite"),
    ]
)
"""Drivers that are known to count the rows of any statement."""
_PLAIN = re.compile(r"[\w-]+")


def _update(context: MigrationContext, before: str, after: str) -> Update | None:
    """Return the statement; ``None`` where Alembic would not make it of the ids alone."""
    connection = context.connection
    if (
        connection is None
        or context.as_sql
        or type(context.impl)._exec is not DefaultImpl._exec
        or connection.dialect.driver not in _COUNTING
        or connection.get_execution_options().get("schema_translate_map")
        or not (_PLAIN.fullmatch(before) and _PLAIN.fullmatch(after))
    ):
        return None
    return Update(_updating(context._version, connection.dialect), before, after)


@functools.lru_cache(maxsize=8)
def _updating(versions: Table, dialect: Dialect) -> str:
    before: Any = literal_column("{before}")
    after: Any = literal_column("{after}")
    update = versions.update().values(version_num=after)
    return str(update.where(versions.c.version_num == before).compile(dialect=dialect))


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
