"""The project's migrations, replayed on its scratch database; no other one is written to."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.boot.context import Context
from bootctl.boot.inspect import inspect_again, proof
from bootctl.boot.scratch_place import Place
from bootctl.boot.scratch_session import OnlyScratch, refuse_other_databases
from bootctl.boot.to_head import still_pending
from bootctl.database.state import Revision
from bootctl.errors import BootError, HistoryError
from bootctl.ledger.autogenerate import LEDGER
from bootctl.ledger.executed import changes
from bootctl.migrate.inspection import Comparison, Inspection
from bootctl.migrate.protocol import Guard
from bootctl.output import interruption, log
from bootctl.values import frozen
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.read import read
from bootctl.verify.catalog.schemas import others

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class Replayed:
    """What the migrations make of an empty database."""

    context: Context
    """The project, as it was led there."""
    comparison: Comparison
    """With the models."""
    inspection: Inspection
    catalog: Catalog
    """Without what is the ORM's own, and bootctl's."""
    heads: tuple[str, ...]
    ran: tuple[tuple[Revision, str], ...] = ()
    """The statements, each with its migration."""


def replayed(place: Place) -> Replayed:
    """Apply every migration as ``migrate`` does, and compare what is there then."""
    context = place.context
    before = empty(place)
    ran: list[tuple[Revision, str]] = []
    with guarded(place, before) as guard:
        guard = _noting(guard, ran)
        if context.backend.history().revisions:
            failure = context.backend.upgrade(before, guard).failure
            if failure is not None:
                raise told(failure.error)
        catalog: Catalog = guard.session.run(before.urls[0], reading(before))
    after = proof(context, "always", before)
    if after.pending:
        raise still_pending(after)
    heads = tuple(head for database in after.databases for head in database.current)
    return Replayed(context, after.comparison or Comparison(()), after, catalog, heads, tuple(ran))


def _noting(guard: Guard, ran: list[tuple[Revision, str]]) -> Guard:
    """Return ``guard``, that notes what is executed."""
    current: list[Revision] = []

    def before_step(revision: Revision) -> None:
        guard.before_step(revision)
        current.append(revision)

    def executing(text: str) -> None:
        if guard.executing is not None:
            guard.executing(text)
        if current and changes(text):
            ran.append((current[-1], text))

    return replace(guard, before_step=before_step, executing=executing)


def empty(place: Place) -> Inspection:
    """Return the scratch database as it is at first. Raises ``HistoryError`` where nothing uses it."""
    before = inspect_again(place.context, "never", [place.url])
    if before.databases:
        return before
    raise HistoryError(
        "env.py ran migrations for no database, such as a tenant's, so there is nothing to compare",
        hint="Let env.py migrate the database itself where it finds no other.",
    )


@contextmanager
def guarded(place: Place, before: Inspection) -> Iterator[Guard]:
    """The lock of the scratch database, held, and what sees to it that no other one is migrated."""
    from bootctl.locking import lock

    timeout = place.context.settings.lock.timeout
    with lock.taken(before.migration_targets, timeout, even_at_head=True) as held:
        assert held is not None  # it is taken even at head

        def before_step(revision: Revision) -> None:
            interruption.check()
            message = f"applying {revision} to the scratch database"
            log.event("migrate.applying", message, revision=revision.id, file=revision.path)

        only = OnlyScratch(held, place.url)
        yield Guard(before_step, only, None, executing=refuse_other_databases(place.url))


def told(error: BootError) -> BootError:
    """Return ``error`` of a migration, with where it was applied."""
    error.add("it was applied to an empty database of `check --scratch`, and to no other")
    return error


def reading(inspection: Inspection) -> "Callable[[Connection], Catalog]":
    """Return what reads a catalog of the scratch database, without the tables of tools."""
    tables = {LEDGER}
    for target in inspection.migration_targets:
        for table in target.tables:
            tables |= {table.name, f"{table.schema}.{table.name}" if table.schema else LEDGER}

    def read_own(connection: "Connection") -> Catalog:
        found = read(connection, others(connection))
        return found.filtered(lambda item: not _is_of(item, tables))

    return read_own


def _is_of(item: SchemaObject, tables: Collection[str]) -> bool:
    own = item.name if item.kind == "table" else item.table
    return own in tables or own.endswith(f".{LEDGER}")
