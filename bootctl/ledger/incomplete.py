"""What an interrupted migration left half done in a database, and what leads out of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bootctl.database.state import Revision
from bootctl.ledger.journal import HalfApplied
from bootctl.ledger.leftovers import Leftover
from bootctl.ledger.recovery import (
    RecoveryPlan,
    executable,
    remaining,
    undoing,
    without_secrets,
)


@dataclass(frozen=True)
class PartialMigration:
    """A migration of which a part is committed."""

    revision: Revision
    done: HalfApplied
    table: str
    """The version table, as SQL names it; empty where the first migration makes it."""
    forget: str
    """The statement that deletes its journal."""


@dataclass(frozen=True)
class IncompleteState:
    """All that is half done in one database: false where that is nothing."""

    partial: PartialMigration | None
    left: tuple[Leftover, ...]

    def __bool__(self) -> bool:
        return self.partial is not None or bool(self.left)

    def __str__(self) -> str:
        half = (
            f"{self.partial.revision} is half applied: {self.partial.done}" if self.partial else ""
        )
        left = ", ".join(map(str, self.left))
        return "; ".join(filter(None, (half, f"there is {left}" if left else "")))

    def recovery_plan(self, upgrade: Sequence[str], downgrade: Sequence[str]) -> RecoveryPlan:
        """Return what leads out, by what the migration's ``upgrade`` and ``downgrade`` execute."""
        forward = tuple(sql for item in self.left for sql in item.recovery_plan.forward)
        back = tuple(sql for item in self.left for sql in item.recovery_plan.back)
        if self.partial is None:
            return RecoveryPlan.of(forward, back)
        ran, forget = self.partial.done.ran, self.partial.forget
        if self.partial.done.doubtful:
            return RecoveryPlan.of(forward, back, forget)
        printed, undone = list(executable(upgrade)), list(executable(downgrade))
        own = [text for text in printed if not _makes(text, self.partial.table)]
        left = remaining(_as_kept(own), ran)
        if left is None:
            return RecoveryPlan.of((), back, forget)
        undo = undone[len(undone) - len(undoing(_as_kept(own), _as_kept(undone), ran)) :]
        forward = (*forward, *own[len(own) - len(left) :], forget)
        return RecoveryPlan.of(
            forward, (*self._beside(undo), *undo, forget) if undo else back, forget
        )

    def _beside(self, undo: Sequence[str]) -> tuple[str, ...]:
        """Return what undoes the leftovers that ``undo`` does not name."""
        others = (
            item
            for item in self.left
            if not any(re.search(rf"\b{re.escape(item.last)}\b", sql) for sql in undo)
        )
        return tuple(sql for item in others for sql in item.recovery_plan.back)


def _as_kept(statements: Sequence[str]) -> list[str]:
    """Return ``statements`` as a journal has them: without secrets."""
    return list(map(without_secrets, statements))


def _makes(text: str, table: str) -> bool:
    """Return whether ``text`` creates the version table, which is printed before a first migration."""
    words = text.upper().split("(")[0].replace("`", "").replace('"', "").split()
    return words[:2] == ["CREATE", "TABLE"] and words[-1] == table.upper()
