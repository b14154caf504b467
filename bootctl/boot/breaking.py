"""Whether pending migrations break the version that runs, by what its receipt says that it needs."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bootctl.boot.context import Context
from bootctl.boot.running import Running, running_on, unseen
from bootctl.database.state import Direction, Revision
from bootctl.errors import MigrationError
from bootctl.ledger.executed import changes
from bootctl.migrate.inspection import Database, Inspection, Made
from bootctl.output import log
from bootctl.values import frozen
from bootctl.verify.breaks import breaks, untold
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.compatible import Ruling

if TYPE_CHECKING:
    from bootctl.locking.lock import Lock

HINT = (
    "Release it in two steps: first what both versions work with, and what the older one needs goes "
    "once it runs no more."
)
_NAMED = 3


@frozen
class Break:
    """What migrations do that a version cannot work with."""

    ruling: Ruling
    running: Running
    revision: Revision | None
    """The migration that does it, where one names the object."""
    statement: str
    """Without secrets; empty where none names the object."""

    def __str__(self) -> str:
        by = f", by {self.statement}" if self.statement else ""
        by += f" in {self.revision.id}" if self.revision else ""
        return f"{self.ruling}{by}"


Ran = Sequence[tuple[Revision, str]]
"""Statements, each with its migration."""


class Breaking:
    """Holds what an upgrade makes against what runs, before it is committed where that can be seen."""

    def __init__(self, context: Context, running: Mapping[str, Sequence[Running]]) -> None:
        """``running`` has the versions of each database, by its URL."""
        self._fails = context.settings.migrate.breaks_running == "fail"
        self._running = running
        self._ran: list[tuple[Revision, str]] = []
        self._revision: Revision | None = None
        self._told: set[object] = set()
        self._judged: set[str] = set()

    @property
    def is_known(self) -> bool:
        """Return whether there is a version of which it is known what it needs."""
        return bool(self._running)

    def begins(self, revision: Revision) -> None:
        """Note the migration that what follows is of."""
        self._revision = revision

    def executing(self, text: str) -> None:
        """Note a statement."""
        if self._running and self._revision is not None and changes(text):
            self._ran.append((self._revision, text))

    def made(self, made: Made) -> None:
        """Tell what breaks. Raises ``MigrationError`` where that is to be rolled back, and can be."""
        found = self._found(made.before, made.after, self._ran)
        self._judged.add(str(made.before.url))
        self._tell(found, is_committed=not made.can_roll_back)
        if found and self._fails and made.can_roll_back:
            raise _refused("refused before it was committed", found)

    def foreseen(self, database: Database, after: Catalog, statements: Ran) -> None:
        """Do the same with what ``statements`` would make of a database, of which none was executed."""
        found = self._found(database, after, statements)
        self._tell(found, is_committed=False)
        if found and self._fails:
            raise _refused("refused before anything was applied", found)

    def tell_unjudged(self, databases: Sequence[Database]) -> None:
        """Say of which databases nobody has seen what was made of them."""
        for url in (str(database.url) for database in databases):
            if url in self._running and url not in self._judged:
                unseen(f"{url} was not read before the commit")

    def _found(self, database: Database, after: Catalog, ran: Ran) -> list[Break]:
        before = database.snapshot.live if database.snapshot else after
        versions = self._running.get(str(database.url), ())
        for running in versions:
            self._tell_untold(running, untold(running.needs.catalog, before, after))
        return [item for running in versions for item in judged(running, before, after, ran)]

    def _tell_untold(self, running: Running, found: Sequence[Ruling]) -> None:
        for why in (f"{running}: {ruling}" for ruling in found):
            if why not in self._told:
                unseen(why, "WARNING")
            self._told.add(why)

    def _tell(self, found: Sequence[Break], *, is_committed: bool) -> None:
        for item in found:
            what = str(item.ruling), item.running.at
            if what not in self._told:
                tell(item, is_committed=is_committed)
            self._told.add(what)


def judged(running: Running, before: Catalog, after: Catalog, ran: Ran) -> Iterator[Break]:
    """Yield what ``after`` breaks of a version that works on ``before``."""
    for ruling in breaks(running.needs.catalog, before, after):
        yield _attributed(ruling, running, ran)


def tell(item: Break, *, is_committed: bool) -> None:
    """Log a break."""
    difference = item.ruling.difference
    log.event(
        "migrate.breaks_running",
        f"{item.running} may run, and cannot work with what the migrations make: {item}",
        level="WARNING",
        revision=item.revision.id if item.revision else None,
        file=item.revision.path if item.revision else None,
        kind=difference.kind,
        object=difference.name,
        database=difference.database,
        why=item.ruling.why,
        version=item.running.needs.code_version,
        verified_at=item.running.at,
        statement=item.statement,
        is_committed=is_committed,
        hint=HINT,
    )


def _attributed(ruling: Ruling, running: Running, ran: Ran) -> Break:
    from bootctl.migrate.risk.judge import shown
    from bootctl.migrate.risk.named import culprit
    from bootctl.migrate.risk.words import statements

    by = {text: revision for revision, script in ran for text in statements(script)}
    found = culprit([*by], ruling.difference)
    return Break(ruling, running, by.get(found), shown(found) if found else "")


def _refused(how: str, found: Sequence[Break]) -> MigrationError:
    named = "; ".join(map(str, found[:_NAMED]))
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    first = found[0]
    return MigrationError(
        f"{how}, by migrate.breaks_running: {first.running} cannot work with {named}{more}",
        hint=f"{HINT} If it runs no more: BOOTCTL__MIGRATE__BREAKS_RUNNING=warn, once.",
        revision=first.revision.id if first.revision else None,
        file=first.revision.path if first.revision else None,
        breaks=[str(item) for item in found],
        version=first.running.needs.code_version,
        verified_at=first.running.at,
    )


def watched(context: Context, inspection: Inspection, held: "Lock") -> Breaking:
    """Return what watches an upgrade. Raises ``MigrationError`` for what it can foresee."""
    behind = [item for item in inspection.databases if item.direction is Direction.BEHIND]
    found = running_on(held, behind)
    breaking = Breaking(context, found)
    for database in behind:
        if str(database.url) in found and not database.transactional:
            _rehearse(context, inspection, database, breaking)
    return breaking


def _rehearse(
    context: Context, inspection: Inspection, database: Database, breaking: Breaking
) -> None:
    """Foresee what statements make that commit one by one, where that can be."""
    from bootctl.boot.rehearsal import UnrehearsedError, rehearsed
    from bootctl.boot.risks import looking
    from bootctl.migrate.risk.words import statements

    assert database.snapshot is not None  # only those are watched
    printed = [
        one for one in context.backend.printed(inspection) if one.revision in database.pending
    ]
    ran = [
        (one.revision, text)
        for one in printed
        for script in one.statements
        for text in statements(script)
    ]
    for why in (one.why_not_all for one in printed if one.why_not_all):
        unseen(f"{why}, and its statements commit", "WARNING")
    if database.url.scheme == "sqlite":
        return
    try:
        work = partial(rehearsed, live=database.snapshot.live, statements=[text for _, text in ran])
        after: Catalog = looking(inspection, database.url, work)
    except UnrehearsedError as error:
        unseen(f"its statements commit, and cannot be rehearsed: {error}", "WARNING")
    except Exception as error:  # whatever a statement raises on a copy
        how = f"fail on copies of the tables: {type(error).__name__}"
        unseen(f"its statements commit, and {how}", "WARNING")
    else:
        breaking.foreseen(database, after, ran)
