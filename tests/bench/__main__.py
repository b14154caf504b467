"""What bootctl costs beside what it replaces: whole processes, in turn, as ratios.

``python -m tests.bench`` measures every section and prints the table. Each line is the median of
ratios of pairs that ran in the same round: the machine's speed cancels out, its noise does not, so
it should be quiet. Every figure is kept in ``.bench``, and ``--record`` keeps the ratios in
``docs/bench.json``, with the README's picture of them.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench import record, table
from tests.bench.figures import Line, regressions
from tests.bench.processes import FailedError, Measured
from tests.bench.scenes import QUICK, SECTIONS, Options

ROUNDS, QUICK_ROUNDS = 5, 3
BOOTS = 200


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--rounds", type=int, help="of a section; its first is not counted")
    parser.add_argument("--boots", type=int, default=BOOTS, help="of the fleet")
    parser.add_argument("--quick", action="store_true", help="what takes less than a minute")
    parser.add_argument("--compare", action="store_true", help="say what is worse than recorded")
    parser.add_argument("--record", action="store_true", help="record the ratios")
    asked = parser.parse_args(words)
    if unknown := {*asked.sections} - {*SECTIONS}:
        parser.error(f"no section is called {', '.join(sorted(unknown))}")
    if asked.record and (asked.sections or asked.quick):
        parser.error("all sections are recorded together")
    asked.rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS)
    asked.sections = asked.sections or (QUICK if asked.quick else [*SECTIONS])
    return asked


def main(words: Sequence[str]) -> None:
    """Measure, and print each section as soon as it is measured."""
    asked = parsed(words)
    print(f"{record.machine()}\n{table.HEAD}", flush=True)
    lines: list[Line] = []
    for name in asked.sections:
        found = _measured(name, Options(asked.rounds, asked.boots))
        missing = [f"  not measured: {each}" for each in found.missing]
        print(*table.rows(found.lines), *missing, sep="\n", flush=True)
        lines += found.lines
    if asked.record:
        record.write(lines)
    if asked.compare:
        compare(lines)


def _measured(name: str, options: Options) -> Measured:
    """Measure one section; where a command of it fails, that is told, and the others go on."""
    with tempfile.TemporaryDirectory(prefix="bootctl-bench-") as folder:
        try:
            found = SECTIONS[name](Path(folder), options)
        except FailedError as failure:
            return Measured([], {}, [f"{name}: {failure}"])
    record.write_raw(name, {key: [*map(asdict, costs)] for key, costs in found.raw.items()})
    return found


def compare(lines: Sequence[Line]) -> None:
    """Print which of ``lines`` is worse than the recorded one."""
    before = record.read()
    worse = regressions(lines, before.lines)
    print(f"\nBeside the ratios of {before.date} ({before.machine}):")
    print(*worse or ["nothing is worse by more than a quarter"], sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
