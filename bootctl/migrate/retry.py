"""Applying what is pending: again where nothing but a lock of the database was lost."""

import os
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.config.settings import Settings
from bootctl.database.session_limits import ended_by_server, limits
from bootctl.database.url import Url
from bootctl.errors import BootError, LockTimeoutError, NotReadyError
from bootctl.ledger.autogenerate import LEDGER
from bootctl.migrate.inspection import Inspection, NewTargets
from bootctl.migrate.protocol import Backend, Guard, HeldLock
from bootctl.migrate.telling import Teller
from bootctl.migrate.upgraded import Failure, Fate, Upgraded
from bootctl.output import interruption, log
from bootctl.output.stopwatch import Stopwatch

if TYPE_CHECKING:
    from bootctl.ledger.incomplete import PartialMigration

_PAUSE_SECONDS = (0.5, 1.5)
"""Drawn evenly: in this time those who queued behind the migration are served."""
_NAMED = 5
"""So many changes are named."""
_AGAIN = re.compile(r",? and start again\.$")
"""How a hint ends that more has to follow."""


def upgraded(
    backend: Backend, guard: Guard, before: Inspection, lock: HeldLock, settings: Settings
) -> tuple[Upgraded, list[str]]:
    """Return what the attempt that succeeds does, and the revisions that those before it applied.

    Raises what the last attempt failed with, and what the databases hold then.
    """
    attempts, applied = _Attempts(settings.lock.timeout), list[str]()
    teller = Teller(lock)
    if settings.migrate.statement_timeout is not None:
        _tell_untimed(before)
    held = _objects(lock, before)
    while True:
        with interruption.raised(), attempts.watched(lock), teller:
            result = backend.upgrade(before, teller.heard(guard))
        if result.failure is None:
            return result, applied
        failure = attempts.explained(result.failure, lock, before)
        error = failure.error
        with interruption.raised():
            before, stayed = _told_what_stayed(backend, before, failure)
            changed = [] if stayed else _changed(held, _objects(lock, before))
            undone = _is_undone(failure, before) and changed == []
            _tell_fate(failure, before, stayed, changed)
            _tell_ways_out(error, before)
        if not (isinstance(error, LockTimeoutError) and undone):
            raise error
        applied += stayed
        attempts.pause(error)


class _Attempts:
    """Those of one upgrade, for ``timeout`` seconds from when this is made."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._watch = Stopwatch()
        self._number = 0
        self._blockers: Sequence[object] = ()

    @contextmanager
    def watched(self, lock: HeldLock) -> Iterator[None]:
        """Make an attempt inside: see who blocks it, and say so."""
        self._number += 1
        with lock.watched() as watch:
            try:
                yield
            finally:
                self._blockers = watch.blockers()

    def explained(self, failure: Failure, lock: HeldLock, inspection: Inspection) -> Failure:
        """Return ``failure``, with the server's setting that ended the session where one did."""
        if not isinstance(failure.error, NotReadyError):
            return failure
        found: list[tuple[str, float]] = []
        for database in inspection.databases:
            with suppress(Exception):  # of a server that is gone, or of a file
                found += lock.run(database.url, limits)
        error = ended_by_server(failure.error, self._watch.ms / 1000, found)
        return replace(failure, error=error)

    def pause(self, error: LockTimeoutError) -> None:
        """Wait a moment before the next attempt. Raises ``error`` where the time is over."""
        left = self._timeout - self._watch.ms / 1000
        named = [str(blocker) for blocker in self._blockers]
        by = f", blocked by {', '.join(named)}" if named else ""
        if left <= 0:
            error.add(
                f"attempt {self._number} was the last after {self._timeout:g} s{by}",
                attempt=self._number,
                blockers=named,
            )
            error.hint += " BOOTCTL__LOCK__TIMEOUT says for how long it is tried."
            raise error
        log.event(
            "migrate.retry",
            f"attempt {self._number} is not the last{by}: {error.message}",
            level="WARNING",
            revision=error.fields.get("revision"),
            attempt=self._number,
            blockers=named,
        )
        time.sleep(min(left, random.uniform(*_PAUSE_SECONDS)))  # noqa: S311  # no secret


def _is_undone(failure: Failure, after: Inspection) -> bool:
    """Return whether nothing stays of the migration that failed."""
    if not after.is_transactional:
        return failure.is_untouched
    return failure.fate is Fate.UNDONE


def _told_what_stayed(
    backend: Backend, before: Inspection, failure: Failure
) -> tuple[Inspection, list[str]]:
    """Add to the error what the databases hold now, and return it: read again, not concluded."""
    error = failure.error
    try:
        after = backend.inspect("never", before.urls)
    except BootError:
        after = NewTargets(())
    if isinstance(after, NewTargets):
        raise _unread(error)
    stayed = _stayed(before, after)
    for revision in stayed:
        log.event("migrate.applied", f"{revision} stays applied", revision=revision)
    if stayed:
        error.add(f"these migrations stay applied: {', '.join(stayed)}", stayed=stayed)
    return after, stayed


def _stayed(before: Inspection, after: Inspection) -> list[str]:
    """Return the revisions that are applied now, and were not."""
    applied = {item for database in before.databases for item in database.applied}
    found = dict.fromkeys(item for database in after.databases for item in database.applied)
    return [revision for revision in found if revision not in applied]


def _unread(error: BootError) -> BootError:
    error.add("the database cannot be read now, so what stayed applied is not known")
    return error


def _objects(lock: HeldLock, inspection: Inspection) -> frozenset[str] | None:
    """Return the names of what the databases hold, where a migration can be rolled back.

    ``None`` where they cannot be read.
    """
    from bootctl.database.fingerprint import objects  # SQLAlchemy is imported by now

    found: set[str] = set()
    for database in inspection.databases:
        if database.transactional and not _is_missing_file(database.url):
            try:
                found |= lock.run(database.url, objects)
            except Exception:  # whatever the driver raises
                return None
    return frozenset(found)


def _is_missing_file(url: Url) -> bool:
    return url.scheme == "sqlite" and not os.path.exists(url.database)


def _changed(before: frozenset[str] | None, after: frozenset[str] | None) -> list[str] | None:
    """Return what is there now and was not, or the reverse; less bootctl's own table.

    ``None`` where that is not known.
    """
    if before is None or after is None:
        return None
    differ = sorted(item for item in before ^ after if LEDGER not in item)
    return [f"{item} is {'new' if item in after else 'gone'}" for item in differ]


def _tell_fate(
    failure: Failure, after: Inspection, stayed: Sequence[str], changed: Sequence[str] | None
) -> None:
    rest = _rest(failure, after, stayed, changed)
    if rest:
        failure.error.add(rest, stayed=list(stayed))


def _tell_ways_out(error: BootError, after: Inspection) -> None:
    """Say what follows, where a part of the migration stays: the next boot would find it dirty."""
    half = _half_applied(after)
    if half is None:
        return
    corrected = _AGAIN.sub(".", error.hint)
    ways = "look at `bootctl status`: a part of it may stay"
    if not half.done.doubtful:
        ways = (
            f"`bootctl resolve --forward {half.revision.id}` goes on after what stays; or `bootctl "
            f"resolve --back {half.revision.id}` undoes that"
        )
    error.hint = f"{corrected} Then {ways}."


def _half_applied(after: Inspection) -> "PartialMigration | None":
    halves = (item.incomplete.partial for item in after.databases if item.incomplete)
    return next(filter(None, halves), None)


def _rest(
    failure: Failure, after: Inspection, stayed: Sequence[str], changed: Sequence[str] | None
) -> str:
    """Return what became of the migration that failed."""
    if not after.is_transactional:
        return _rest_of_statements(failure, stayed)
    if failure.fate is Fate.PARTIAL:
        ended_in = failure.error.fields.get("revision")
        other = failure.partial if failure.partial and failure.partial.id != ended_in else None
        return f"a part of {other or 'the failing migration'} is committed, and stays"
    half = _half_applied(after)
    if half is not None and half.done.ran:  # as the catalog tells of what the server has refused
        return f"a part of {half.revision} is committed, and stays"
    told = []
    if changed:
        told.append(
            f"the database is not as it was: {', '.join(changed[:_NAMED])}: another session, or "
            "the project's code outside of the migrations' transaction, has changed it"
        )
    if failure.fate is Fate.UNKNOWN or changed is None:
        why = f": it {', '.join(failure.unseen)}" if failure.unseen else ""
        told.append(f"whether all that was done is rolled back is not known{why}")
    if not told and not stayed:
        told.append("rolled back: the database is as it was before")
    return "; ".join(told)


def _rest_of_statements(failure: Failure, stayed: Sequence[str]) -> str:
    """Return what became of it where statements commit one by one: by how many were executed."""
    if failure.partial is None:
        return "" if stayed else "no migration was begun"
    told = "this database cannot roll back DDL"
    if failure.has_committed:
        return f"{told}: statements before the failing one stay"
    if failure.unseen:
        return f"{told}; what stays is not known: it {', '.join(failure.unseen)}"
    if failure.is_untouched and isinstance(failure.error, LockTimeoutError):
        return "nothing of it stays: the statement that failed was its first"
    if failure.is_untouched:
        return f"{told}; the statement that failed was the first"
    return f"{told}; no statement before the failing one is known to be committed"


def _tell_untimed(before: Inspection) -> None:
    for database in before.databases:
        if database.url.scheme == "sqlite":
            message = f"migrate.statement_timeout has no effect: {database.url} is SQLite"
            log.event("migrate.untimed", message, level="WARNING")
            return
