"""What is measured, and the ratios that are made of it: values and arithmetic, nothing is run here."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Figure = Literal["wall", "cpu", "peak", "statements", "connections"]
UNITS: Mapping[str, str] = {"wall": "s", "cpu": "s", "peak": "MB"}
"""Of the other figures a number is the number of things."""

WORSE = 1.25
"""How many times the recorded ratio is reported as a regression."""


@dataclass(frozen=True)
class Comparison:
    """One line of the table before it is measured: which figure of what is set against which peer's."""

    ours: str
    peer: str
    figure: Figure = "wall"
    most: float | None = None
    """The ratio that is aimed at."""
    limit: float | None = None
    """What is aimed at for our own figure, where that is no time."""
    pictured: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the table: the median of the ratios of pairs that ran one after the other."""

    scene: str
    ours: str
    peer: str
    figure: Figure
    ratio: float
    rounds: int
    most: float | None = None
    limit: float | None = None
    pictured: bool = False
    values: tuple[float, float] | None = None
    """The medians of both; in a record only of what does not depend on how fast the machine is."""

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What the line is known by from run to run."""
        return self.scene, self.ours, self.peer, self.figure

    @property
    def misses(self) -> bool:
        """Whether the ratio, or our own figure, is more than is aimed at."""
        over = self.most is not None and round(self.ratio, 2) > self.most
        is_limited = self.limit is not None and self.values is not None
        return over or (is_limited and round(self.values[0]) > self.limit)

    def recorded(self) -> dict[str, Any]:
        """The line as it is kept: seconds of one machine say nothing of another."""
        kept = {**asdict(self), "ratio": round(self.ratio, 3)}
        values = None if self.values is None or self.figure in ("wall", "cpu") else self.values
        return {**kept, "values": values and [round(value, 1) for value in values]}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The line that was kept."""
        values = record["values"]
        return cls(**{**record, "values": values and tuple(values)})


def line(scene: str, asked: Comparison, ours: Sequence[float], peer: Sequence[float]) -> Line:
    """Compare two series, pair by pair."""
    ratios = [a / b for a, b in zip(ours, peer, strict=True)]
    return Line(
        scene,
        asked.ours,
        asked.peer,
        asked.figure,
        statistics.median(ratios),
        len(ratios),
        asked.most,
        asked.limit,
        asked.pictured,
        (statistics.median(ours), statistics.median(peer)),
    )


def regressions(measured: Sequence[Line], recorded: Sequence[Line]) -> list[str]:
    """What is worse than it was by more than a quarter, one sentence a line."""
    before = {item.name: item.ratio for item in recorded}
    return [
        f"{item.scene}: {item.ours} / {item.peer} ({item.figure}) is {item.ratio:.2f}, "
        f"and was {before[item.name]:.2f}"
        for item in measured
        if item.name in before and item.ratio > WORSE * before[item.name]
    ]
