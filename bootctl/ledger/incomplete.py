"""What an interrupted migration left half done in a database, and what leads out of it."""

import re
from collections.abc import Sequence

from bootctl.database.state import Revision
from bootctl.ledger.executed import Statement, without_secrets
from bootctl.ledger.half_applied import HalfApplied
from bootctl.ledger.leftovers import Leftover
from bootctl.ledger.recovery import RecoveryPlan, executable, remaining, undoing
from bootctl.values import frozen


@frozen
class PartialMigration:
    """A migration of which a part is committed."""

    revision: Revision
    done: HalfApplied
    table: str
    """The version table, as SQL names it; empty where the first migration makes it."""
    forget: str
    """The statement that deletes its journal."""


@frozen
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

    @property
    def done(self) -> tuple[Statement, ...]:
        """Return what ran of the migration, less the last ones that have only left what is half done."""
        ran = self.partial.done.ran if self.partial else ()
        while ran and self._is_left_by(ran[-1]):
            ran = ran[:-1]
        return ran

    @property
    def is_doubtful(self) -> bool:
        """Return whether it is not known what took effect, besides what is half done."""
        done = self.partial.done if self.partial else None
        if done is None or done.doubtful is None:
            return False
        return not all(map(self._is_left_by, (*done.beside, done.doubtful)))

    def _is_left_by(self, statement: Statement) -> bool:
        return any(item.is_left_by(statement.text) for item in self.left)

    def recovery_plan(self, upgrade: Sequence[str], downgrade: Sequence[str]) -> RecoveryPlan:
        """Return what leads out, by what the migration's ``upgrade`` and ``downgrade`` execute."""
        again = tuple(sql for item in self.left for sql in item.recovery_plan.forward)
        gone = tuple(sql for item in self.left for sql in item.recovery_plan.back)
        if self.partial is None:
            return RecoveryPlan.of(again, gone)
        ran, forget = self.partial.done.ran, self.partial.forget
        if self.is_doubtful:
            return RecoveryPlan.of((), (), forget)
        printed, undone = list(executable(upgrade)), list(executable(downgrade))
        own = [text for text in printed if not _makes(text, self.partial.table)]
        left, first = remaining(_as_kept(own), ran) if own else None, again
        if left is None and own and self.done != ran:  # the file says it otherwise since it failed
            ran, first = self.done, gone
            left = remaining(_as_kept(own), ran)
        if left is None:
            return RecoveryPlan.of((), () if self.done else (*gone, forget), forget)
        forward = (*first, *own[len(own) - len(left) :], forget)
        undo = undone[len(undone) - len(undoing(_as_kept(own), _as_kept(undone), self.done)) :]
        known = undo or not self.done
        back = (*self._beside(undo), *undo, forget) if known else ()
        return RecoveryPlan.of(forward, back, forget, ran)

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
