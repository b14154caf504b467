"""What pending migrations put at risk: told before, and while they are applied."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bootctl.boot.context import Context
from bootctl.database.risks import Risk, Risks
from bootctl.database.state import Revision
from bootctl.database.url import Url
from bootctl.errors import MigrationError
from bootctl.migrate.inspection import Inspection
from bootctl.output import interruption, log

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.locking.lock import Lock
    from bootctl.migrate.risk.pending import Pending

_CONNECT_SECONDS = 10.0
_NAMED = 3
_HINT = (
    "Take the safer way that each migrate.risk line tells, or apply it once with "
    "BOOTCTL__MIGRATE__ON_RISK=warn, when nobody is in the way."
)


def risks(context: Context, inspection: Inspection) -> Risks:
    """Return what is pending puts at risk, by its statements as ``--sql`` prints them. Writes nothing."""
    if not inspection.pending:
        return Risks()
    from bootctl.migrate.risk.pending import Pending

    def run(url: Url, function: "Callable[[Connection], Any]") -> Any:
        return looking(inspection, url, function)

    with interruption.raised(), log.stage("migrate"):
        return Pending(inspection, run).printed(context.backend.printed(inspection))


class Watch:
    """The risks of an upgrade, told when a statement is about to be executed.

    Nothing of a migration is executed to learn of them: what its code does, it does once.
    """

    def __init__(self, pending: "Pending", told: Sequence[object] = ()) -> None:
        self._pending = pending
        self._revision: Revision | None = None
        self._told = set(told)

    def begins(self, revision: Revision) -> None:
        """Note the migration that what follows is of."""
        self._revision = revision

    def executing(self, text: str) -> None:
        """Tell the risks of a statement."""
        if self._revision is None:
            return
        for risk in self._pending.executing(self._revision, text):
            if self._is_new(risk):
                _tell(risk)
        for what in self._pending.not_looked_at:
            if self._is_new(what):
                _tell_unseen(what)

    def _is_new(self, what: object) -> bool:
        """Return whether it was not told yet: a migration may be tried again."""
        is_new = what not in self._told
        self._told.add(what)
        return is_new


def watch(context: Context, inspection: Inspection, held: "Lock") -> Watch:
    """Return what watches an upgrade. Raises ``MigrationError`` for a risk where ``migrate.on_risk`` says so.

    Nothing is applied by then.
    """
    from bootctl.migrate.risk.pending import Pending

    def run(url: Url, function: "Callable[[Connection], Any]") -> Any:
        return [] if _is_missing(url) else held.run(url, function)

    found = Risks()
    if context.settings.migrate.on_risk == "fail":
        found = Pending(inspection, run).printed(context.backend.printed(inspection))
        tell(found)
        if found.found:
            raise _refused(found.found)
    return Watch(Pending(inspection, run), found.not_looked_at)


def tell(found: Risks) -> None:
    """Log each risk, and what was not looked at."""
    for risk in found.found:
        _tell(risk)
    for what in found.not_looked_at:
        _tell_unseen(what)


def _tell(risk: Risk) -> None:
    log.event(
        "migrate.risk",
        str(risk),
        level="WARNING",
        revision=risk.revision,
        file=risk.file,
        kind=str(risk.kind),
        rule=risk.rule,
        by=risk.by,
        table=risk.table,
        rows=risk.rows,
        bytes=risk.bytes,
        statement=risk.statement,
        hint=risk.advice,
    )


def _tell_unseen(what: str) -> None:
    log.event("migrate.not_looked_at", f"not looked at: {what}", what=what)


def _refused(found: Sequence[Risk]) -> MigrationError:
    named = "; ".join(map(str, found[:_NAMED]))
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return MigrationError(
        f"refused before anything was applied, by migrate.on_risk: {named}{more}",
        hint=_HINT,
        revision=found[0].revision,
        file=found[0].file,
        risks=[str(risk) for risk in found],
    )


def _is_missing(url: Url) -> bool:
    return url.scheme == "sqlite" and not os.path.exists(url.database)


def looking(inspection: Inspection, url: Url, function: "Callable[[Connection], Any]") -> Any:
    """Call ``function`` with a connection of its own, that writes nothing."""
    if _is_missing(url):
        return []
    if url.scheme == "sqlite":
        from bootctl.database.sqlite_connection import connected

        return connected(url.database, function)
    target = next(item for item in inspection.migration_targets if item.url == url)
    session = target.open()
    try:
        return session.run(function, timeout=_CONNECT_SECONDS)
    finally:
        session.close()
