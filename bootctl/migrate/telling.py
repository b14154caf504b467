"""How far a long migration is, told while it lasts: a thread asks, since a statement keeps the main one."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bootctl.database.activity import Activity
from bootctl.database.state import Revision
from bootctl.migrate.protocol import Guard, HeldLock
from bootctl.migrate.statement_kind import Kind, kind
from bootctl.output import log, screen
from bootctl.output.stopwatch import Stopwatch

_LOOK_SECONDS = 1.0
_DRAWN_AFTER_MS = 2_000
_FIRST_MS = 10_000
_GROWTH = 1.5
_LONGEST_MS = 60_000
_END_SECONDS = 0.5


def moments() -> Iterator[int]:
    """Yield when it is told, in milliseconds from the beginning of a migration: seldom, then seldomer."""
    at, pause = _FIRST_MS, float(_FIRST_MS)
    while True:
        yield at
        pause = min(pause * _GROWTH, _LONGEST_MS)
        at += round(pause)


class _Running:
    """The migration that is being applied."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self.watch = Stopwatch()
        self.statement, self.since = "", Stopwatch()
        self._moments = moments()
        self._next = next(self._moments)

    def is_due(self) -> bool:
        """Return whether the log is told now, which is then done."""
        if self.watch.ms < self._next:
            return False
        while self._next <= self.watch.ms:
            self._next = next(self._moments)
        return True


class Teller:
    """While it is entered: logs ``migrate.progress`` now and then, and has a terminal be told more often.

    Whatever it asks is asked on the lock's own connection, of what answers at once. Where it does not answer
    it is asked no more, and only the time is told.
    """

    def __init__(self, lock: HeldLock) -> None:
        self._lock = lock
        self._running: _Running | None = None
        self._asks = True
        self._ended = threading.Event()

    def heard(self, guard: Guard) -> Guard:
        """Return ``guard``, from which this learns what is being done."""

        def before_step(revision: Revision) -> None:
            self._running = None
            guard.before_step(revision)
            self._running = _Running(revision)

        def executing(text: str) -> None:
            if guard.executing is not None:
                guard.executing(text)
            if self._running is not None:
                self._running.statement, self._running.since = text, Stopwatch()

        def stepped() -> None:
            self._running = None  # what is executed next is bootctl's own
            guard.stepped()

        return replace(guard, before_step=before_step, executing=executing, stepped=stepped)

    def __enter__(self) -> "Teller":
        self._running = None
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="bootctl-progress", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(_END_SECONDS)  # the server may not answer any more

    def _run(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            running = self._running
            if running is None:
                continue
            is_drawn = log.is_live() and running.watch.ms >= _DRAWN_AFTER_MS
            if (is_due := running.is_due()) or is_drawn:
                with suppress(Exception):  # whatever a text does to a lexer: nothing ends for it
                    self._tell(running, is_due=is_due)

    def _tell(self, running: _Running, *, is_due: bool) -> None:
        statement, since = running.statement, running.since
        found = self._activity() or Activity()
        if self._ended.is_set() or running is not self._running:
            return
        what = _kind(statement, found)
        screen.doing(", ".join([str(what), *_said(found)]))
        if is_due:
            _log(running, what, since, found)

    def _activity(self) -> Activity | None:
        if not self._asks:
            return None
        try:
            return self._lock.activity()
        except Exception:  # whatever the driver raises: what is not told costs nothing
            self._asks = False
            return None


def _kind(statement: str, found: Activity) -> Kind:
    own = kind(statement)
    return Kind(found.command or own.statement, found.table or own.table)


def _log(running: _Running, what: Kind, since: Stopwatch, found: Activity) -> None:
    told = ", ".join(part for part in (str(what), *_said(found)) if part)
    fields: dict[str, Any] = {
        "statement": what.statement,
        "table": what.table,
        "statement_ms": since.ms if what.statement else None,
        "state": found.state,
        "wait_event": found.wait_event,
        "phase": found.phase,
        "done": found.done,
        "total": found.total,
        "unit": found.unit if found.done is not None else "",
        "percent": found.percent,
        "blockers": list(found.blockers),
    }
    seconds = running.watch.ms / 1000
    log.event(
        "migrate.progress",
        f"{running.revision} has run for {seconds:.0f} s" + (f": {told}" if told else ""),
        revision=running.revision.id,
        duration_ms=running.watch.ms,
        **{key: value for key, value in fields.items() if value not in ("", None, [])},
    )


def _said(found: Activity) -> Iterator[str]:
    """Yield what the server says, in words."""
    if found.blockers:
        yield f"waits for {', '.join(found.blockers)}"
    if found.phase:
        yield found.phase
    if found.percent is not None:
        of = f" ({found.done} of {found.total} {found.unit})" if found.total else ""
        yield f"{found.percent:g} %{of}"
    elif found.done is not None:
        yield f"{found.done} {found.unit}"
    if found.state.startswith("idle"):
        yield "the server waits for the migration's code"
