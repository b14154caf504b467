"""The lines as a table, for a terminal and for the log of a CI job."""

from collections.abc import Sequence
from itertools import groupby

from tests.bench.figures import UNITS, Line

_COLUMNS = "  {ours:<34} {peer:<42} {figure:<11} {ratio:>6} {values:>18}  {aim}"
HEAD = _COLUMNS.format(
    ours="", peer="beside", figure="of", ratio="ratio", values="medians", aim="aim"
).rstrip()


def rows(lines: Sequence[Line]) -> list[str]:
    """A heading for each scene, and its lines below it."""
    made = []
    for scene, of_scene in groupby(lines, lambda line: line.scene):
        found = list(of_scene)
        made.append(f"{scene} ({_times(max(line.rounds for line in found))})")
        made += map(_row, found)
    return made


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"medians of {rounds}"


def _row(line: Line) -> str:
    return _COLUMNS.format(
        ours=line.ours,
        peer=line.peer,
        figure=line.figure,
        ratio=f"{line.ratio:.2f}",
        values=_values(line),
        aim=_aim(line),
    ).rstrip()


def _values(line: Line) -> str:
    if line.values is None:
        return ""
    unit = UNITS.get(line.figure, "")
    digits = {"s": 3, "MB": 0}.get(unit, 1)
    ours, peer = (f"{value:.{digits}f}" for value in line.values)
    return f"{ours} / {peer} {unit}".rstrip()


def _aim(line: Line) -> str:
    unit = UNITS.get(line.figure, "")
    aims = [f"{line.most:g}"] if line.most is not None else []
    aims += [f"{line.limit:g} {unit}".rstrip()] if line.limit is not None else []
    return f"at most {', '.join(aims)}{' (missed)' if line.misses else ''}" if aims else ""
