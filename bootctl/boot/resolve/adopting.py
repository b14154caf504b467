"""Accepting an edited file, and adopting a database that was made without migrations."""

import os
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, inspect

from bootctl.boot.context import Context
from bootctl.boot.resolve import refusals
from bootctl.boot.resolve.asking import asked
from bootctl.boot.resolve.resolution import Resolution, Wanted, Way
from bootctl.database.migration_target import MigrationTarget
from bootctl.ledger.autogenerate import LEDGER
from bootctl.ledger.table import Altered, Entry
from bootctl.migrate.inspection import Database, Stamp

_NOT_COMPARED = (
    "The database was not compared: the models are those of the head, not of {}. What differs is "
    "told once the rest is applied."
)


def accepted(target: MigrationTarget, database: Database, altered: Altered) -> Resolution:
    """Return what accepts that the file of an applied migration is another now, or gone."""
    is_gone = altered in database.vanished
    table = database.version_table
    scope = table.name if table else ""
    entry = Entry(scope, altered.revision, (), altered.file, "", 0)
    return Resolution(
        Way.ACCEPT,
        altered.revision,
        target,
        database,
        found=f"{altered} {'is gone' if is_gone else 'was edited'}",
        after=f"as it is, and the file of {altered.revision} as it is counts as what was applied",
        entry=entry,
        statements=(f"{altered.accept};",),
    )


def adopted(
    context: Context,
    wanted: Wanted,
    target: MigrationTarget,
    database: Database,
    revisions: Sequence[str],
) -> Resolution | None:
    """Return what records ``revisions`` in a database that has none; ``None`` where it has just these.

    Raises the error for one that has another version, and for one that is not what the models say.
    """
    if database.current or database.applied or database.unknown:
        if set(database.current) == set(revisions):
            return None
        raise refusals.has_version(wanted, database)
    if not _tables(target, database):
        raise refusals.is_empty(database)
    heads = context.backend.history().heads
    is_head = set(revisions) >= {item.id for item in database.pending if item.id in heads}
    counted, _ = context.policy.split(database.differences or ())
    if is_head and counted:
        raise refusals.differs(database, counted)
    named = ", ".join(revisions)
    return _adopted(
        context.backend.stamp, target, database, revisions, notes=_notes(named, is_head=is_head)
    )


def _adopted(
    stamp: Callable[[Database, str], Stamp],
    target: MigrationTarget,
    database: Database,
    revisions: Sequence[str],
    notes: tuple[str, ...],
) -> Resolution:
    stamps = [stamp(database, revision) for revision in revisions]
    named = ", ".join(revisions)
    return Resolution(
        Way.BASELINE,
        named,
        target,
        database,
        found="it has tables, and no version",
        after=f"at {named}, of which nothing was run",
        entry=stamps[-1].entry,
        statements=tuple(dict.fromkeys(text for item in stamps for text in item.statements)),
        notes=notes,
    )


def _notes(named: str, *, is_head: bool) -> tuple[str, ...]:
    compared = "Compared with the models, it differs in nothing that counts."
    return (compared if is_head else _NOT_COMPARED.format(named),)


def _tables(target: MigrationTarget, database: Database) -> set[str]:
    """Return the tables that are neither bootctl's nor the version table."""
    if target.url.scheme == "sqlite" and not os.path.exists(target.url.database):
        return set()
    table = database.version_table
    own = {LEDGER, table.name if table else ""}

    def names(connection: Connection) -> set[str]:
        inspector = inspect(connection)
        schemas = {None, table.schema if table else None}
        return {name for schema in schemas for name in inspector.get_table_names(schema)}

    return asked(target, names) - own
