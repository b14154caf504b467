"""What moves while a command runs: the stage, each migration, each dependency, and who is waited for."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from rich.console import Group, RenderableType

from bootctl.cli.screens import canvas, failure, moving, summary
from bootctl.cli.screens.moving import Migration
from bootctl.output import log, streams
from bootctl.output.screen import Waiting
from bootctl.output.stopwatch import Stopwatch

_EVERY_SECONDS = 0.1
_STILL_MS = 300
"""What takes no longer is not drawn: it would only flicker."""
_SHOWN_ALREADY = {"migrate.applying", "migrate.progress", "lock.acquired", "verify.before_commit"}
"""Events that say what is drawn."""
_OF_TENANTS = ("migrate.applied", "tenants.ended")
_LAST = {"boot.failed", "exec", "migrate.done"}


class Live:
    """Draws below the log while a stage runs, and has the log's lines that a person reads otherwise.

    It draws in a thread of its own: a migration's statement keeps the main one waiting. It has no lock but
    the log's, which is held already where a line of the log ends the drawing.
    """

    def __init__(self) -> None:
        self._descriptor = streams.copy(2)  # the project's code gets another stderr
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._stage, self._since = "boot", Stopwatch()
        self._migrations: list[Migration] = []
        self._applied = 0
        self._total = 0
        self._blocked = ""
        self._waiting: Sequence[Waiting] = ()
        self._brief, self._is_listed = "", False
        self._number = 0

    def line(self, line: Mapping[str, Any]) -> str | None:
        """Return the verdict as a panel, the end in one line, and nothing for what is drawn."""
        event = line["event"]
        if "tenant" in line:  # there may be a thousand
            return "" if line["level"] == "info" and event not in _OF_TENANTS else None
        self._note(event, line)
        if event in _LAST:
            self.rest()
        with suppress(Exception):  # the project's code may have spoilt what draws
            if event == "boot.failed":
                return self._text(failure.render(line, self._brief, listed=self._is_listed))
            if event == "migrate.done":
                return self._text(summary.render(line, self._applied))
        return "" if event in _SHOWN_ALREADY or _is_bookkeeping(line) else None

    def stage(self, name: str) -> None:
        """Draw that this stage runs, from a moment on."""
        self._stage, self._since, self._blocked = name, Stopwatch(), ""
        if self._thread is None and not self._ended.is_set() and log.is_live():
            self._thread = threading.Thread(target=self._run, name="bootctl-screen", daemon=True)
            self._thread.start()

    def upgrading(self, count: int) -> None:
        """Draw the migration of so many that is applied."""
        self._total, self._migrations = count, []

    def executing(self) -> None:
        """Count a statement of the migration that is applied."""
        if self._migrations:
            self._migrations[-1].statements += 1
            self._migrations[-1].does = ""
            self._blocked = ""

    def stepped(self) -> None:
        """Draw that it is through, and after the last that all are verified: they need not be committed yet."""
        self._end_migration()
        if self._migrations:
            self._migrations[-1].does = ""
        if len(self._migrations) >= self._total:
            self.stage("verify")

    def doing(self, what: str) -> None:
        """Draw what the statement does, which waits no more for what it is not said to wait for."""
        if self._migrations:
            self._migrations[-1].does = what
            if "waits for" not in what:
                self._blocked = ""

    def waiting(self, found: Sequence[Waiting]) -> None:
        """Draw a table of these."""
        self._waiting = found

    def rest(self) -> None:
        """Erase what is drawn, and draw no more."""
        with log.alone():
            self._ended.set()
            log.draw([])

    def sums_up(self, brief: str) -> None:
        """Have the verdict be this, and the differences below it."""
        self._brief = brief

    def listed(self) -> None:
        """Have the verdict only count them."""
        self._is_listed = True

    def _note(self, event: str, line: Mapping[str, Any]) -> None:
        if event == "migrate.applying":
            self._end_migration()
            self._migrations.append(Migration(line["message"].removeprefix("applying ")))
        elif event == "migrate.applied":
            self._applied += 1
            self._migrations = []
        elif event == "migrate.retry":
            self._migrations = []
        elif event == "migrate.blocked":
            self._blocked = ", ".join(line["blockers"])
        elif event == "lock.waiting":
            self._blocked = str(line.get("holder") or line["message"])

    def _end_migration(self) -> None:
        if self._migrations:
            self._migrations[-1].watch.stop()

    def _run(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self._number += 1
            lines = self._text(self._drawn()).splitlines() if self._is_due() else []
            with log.alone():
                if not self._ended.is_set():
                    log.draw(lines)

    def _is_due(self) -> bool:
        return self._stage != "boot" and self._since.ms > _STILL_MS and log.is_live()

    def _drawn(self) -> RenderableType:
        sign = canvas.frame(self._number)
        migrations = list(self._migrations)
        if self._waiting:
            return Group(moving.stage(sign, "wait", self._since.ms), moving.waits(self._waiting))
        if not migrations:
            return moving.stage(sign, self._stage, self._since.ms, self._blocked)
        return Group(
            moving.stage(sign, self._stage, self._since.ms),
            moving.migrations(migrations, self._total, self._blocked),
        )

    def _text(self, what: RenderableType) -> str:
        return canvas.rendered(what, self._descriptor) + "\n"


def _is_bookkeeping(line: Mapping[str, Any]) -> bool:
    """Return whether Alembic says what it always does."""
    return line["level"] == "info" and str(line.get("logger", "")).startswith("alembic.")
