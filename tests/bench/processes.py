"""Whole processes: what they took, and those of a scene in turn, round by round."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import timed
from tests.bench.figures import Comparison, Line, line
from tests.support.projects.robyn_config import with_programs

_LAUNCHER = (sys.executable, "-I", "-S", timed.__file__)


class FailedError(Exception):
    """A command that is measured has failed."""


@dataclass(frozen=True)
class Cost:
    """What one process took, those that it waited for included."""

    wall: float
    """In seconds, as ``cpu``, which is user and system time."""
    cpu: float
    peak: float
    """In MB, of the largest of them."""
    proved: bool = True
    """Whether its log has what the subject is to prove."""


@dataclass(frozen=True)
class Subject:
    """A command that is measured, with what must be true of it."""

    name: str
    command: tuple[str, ...]
    root: Path
    env: Mapping[str, str] = field(default_factory=dict)
    proof: str = ""
    """The event that its log must have, or else it is not what its name says."""
    before: Callable[[], object] = lambda: None
    """What is done before each run, and not measured."""

    def run(self) -> Cost:
        """Run it once. Raises ``FailedError`` where it fails."""
        self.before()
        with tempfile.NamedTemporaryFile() as file:
            done = subprocess.run(
                (*_LAUNCHER, file.name, *self.command),
                cwd=self.root,
                env=_environment(self.env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=True,
            )
            took = json.load(file)
        if code := took.pop("code"):
            raise FailedError(f"{self.name} ended with {code}: {done.stderr[-2000:]}")
        return Cost(**took, proved=not self.proof or f'"event": "{self.proof}"' in done.stderr)


@dataclass(frozen=True)
class Scene:
    """Subjects that are run in turn, and what of them is compared."""

    name: str
    subjects: Sequence[Subject]
    comparisons: Sequence[Comparison]


@dataclass(frozen=True)
class Measured:
    """The lines of a scene, every figure behind them, and the subjects that are not there yet."""

    lines: list[Line]
    raw: dict[str, list[Cost]]
    missing: list[str]


def measured(scene: Scene, rounds: int) -> Measured:
    """Run every subject once to warm up, and then all of them in turn, ``rounds`` times."""
    there, missing = sorted_out(scene.subjects)
    raw: dict[str, list[Cost]] = {subject.name: [] for subject in there}
    for _ in range(rounds):
        for subject in there:
            raw[subject.name].append(subject.run())
    lines = [
        line(scene.name, asked, *(_series(raw[name], asked) for name in (asked.ours, asked.peer)))
        for asked in scene.comparisons
        if {asked.ours, asked.peer} <= raw.keys()
    ]
    return Measured(lines, raw, [*missing, *unproved(raw)])


def unproved(raw: Mapping[str, Sequence[Cost]]) -> list[str]:
    """A word on each subject that was not always what its name says."""
    counts = {name: [cost.proved for cost in costs].count(False) for name, costs in raw.items()}
    return [
        f"{name}: {n} of {len(raw[name])} runs were something else"
        for name, n in counts.items()
        if n
    ]


def _series(costs: Sequence[Cost], asked: Comparison) -> list[float]:
    return [getattr(cost, asked.figure) for cost in costs]


def sorted_out(subjects: Sequence[Subject]) -> tuple[list[Subject], list[str]]:
    """Run each once, unmeasured: those that are what their names say, and a word on the others."""
    there = [subject for subject in subjects if subject.run().proved]
    others = [subject for subject in subjects if subject not in there]
    return there, [f"{other.name}: there is no {other.proof} in its log" for other in others]


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the user's, in which Python keeps what it compiles, as in an image."""
    mine = with_programs({"BOOTCTL__LOG__FORMAT": "json", **extra})
    return {name: value for name, value in mine.items() if name != "PYTHONDONTWRITEBYTECODE"}


def shell(command: str) -> tuple[str, ...]:
    """Return the words of ``command``, run by a shell where it is two."""
    return ("sh", "-c", command) if "&&" in command else tuple(command.split())
