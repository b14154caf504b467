"""What an interrupted migration left half done in a database, and what leads out of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bootctl.database.state import Revision
from bootctl.ledger.journal import HalfApplied
from bootctl.ledger.leftovers import Leftover
from bootctl.ledger.recovery import WayOut, executable, remaining, undoing


@dataclass(frozen=True)
class Half:
    """A migration of which a part is committed."""

    revision: Revision
    done: HalfApplied
    table: str
    """The version table, as SQL names it; empty where the first migration makes it."""
    forget: str
    """The statement that deletes its journal."""


@dataclass(frozen=True)
class Dirt:
    """All that is half done in one database: false where that is nothing."""

    half: Half | None
    left: tuple[Leftover, ...]

    def __bool__(self) -> bool:
        return self.half is not None or bool(self.left)

    def __str__(self) -> str:
        half = f"{self.half.revision} is half applied: {self.half.done}" if self.half else ""
        left = ", ".join(map(str, self.left))
        return "; ".join(filter(None, (half, f"there is {left}" if left else "")))

    def way_out(self, upgrade: Sequence[str], downgrade: Sequence[str]) -> WayOut:
        """By what the migration's ``upgrade``, its record included, and ``downgrade`` execute."""
        forward = tuple(sql for item in self.left for sql in item.way_out.forward)
        back = tuple(sql for item in self.left for sql in item.way_out.back)
        if self.half is None:
            return WayOut(forward, back)
        ran, forget = self.half.done.ran, self.half.forget
        if self.half.done.doubtful:
            return WayOut(forward, back, forget)
        own = [text for text in executable(upgrade) if not _makes(text, self.half.table)]
        left = remaining(own, ran)
        if left is None:
            return WayOut((), back, forget)
        undo = undoing(own, list(executable(downgrade)), ran)
        return WayOut((*forward, *left, forget), (*undo, forget) if undo else back, forget)


def _makes(text: str, table: str) -> bool:
    """Whether ``text`` creates the version table, which is printed before a first migration."""
    words = text.upper().split("(")[0].replace("`", "").replace('"', "").split()
    return words[:2] == ["CREATE", "TABLE"] and words[-1] == table.upper()
