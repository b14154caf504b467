"""What pending migrations put at risk: plain values that every room speaks of."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from bootctl.values import frozen


class RiskKind(StrEnum):
    """What a statement does to a table that is in use."""

    DESTRUCTIVE = "destructive"
    """Data is lost, or a name that running code uses."""
    LOCKING = "locking"
    """Others wait while rows are read."""
    REWRITING = "rewriting"
    """Every row is written anew, and others wait meanwhile."""


@frozen
class Risk:
    """One statement of a pending migration that may hurt a live table."""

    revision: str
    file: str
    """The migration's, relative to the project."""
    statement: str
    """Without secrets and rows' values, and shortened."""
    kind: RiskKind
    rule: str
    """Such as ``drop-table``; where a linter has found it, the linter's name for the rule."""
    by: str
    """``bootctl``, or the linter."""
    table: str
    """Empty where the statement names none."""
    rows: int | None
    """Those that the live table has, as the server estimates; ``None``: not known."""
    bytes: int | None
    """Its size with its indexes, likewise."""
    advice: str
    """The safer way, in a sentence."""

    def told(self, tell: Callable[[str], str]) -> "Risk":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        return replace(
            self,
            revision=tell(self.revision),
            file=tell(self.file),
            statement=tell(self.statement),
            table=tell(self.table),
            advice=tell(self.advice),
        )

    @property
    def size(self) -> str:
        """Return how large the live table is, in words."""
        rows = "rows not known"
        if self.rows is not None:
            rows = f"about {self.rows:,} row{'' if self.rows == 1 else 's'}"
        return rows if self.bytes is None else f"{rows}, {_size(self.bytes)}"

    def __str__(self) -> str:
        of = f" {self.table} ({self.size})" if self.table else ""
        return f"{self.kind}{of}: {self.rule} in {self.revision}: {self.statement}"


@frozen
class Risks:
    """All that was found in what is pending, and what was not looked at."""

    found: tuple[Risk, ...] = ()
    not_looked_at: tuple[str, ...] = ()
    """What, and why, a phrase each."""


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"
