"""Many boots at once, as a roll-out has them: their CPU time, and what the server is asked."""

import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.bench.figures import Comparison, Figure, Line, line
from tests.bench.processes import Cost, Measured, Subject, sorted_out
from tests.bench.subjects import CACHED
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire

AT_ONCE = 8
SAMPLED = 10
"""So many fewer boots are run of the peer, whose CPU time is compared by boot."""
_MOST: Mapping[Figure, float] = {"statements": 4, "connections": 1}
_PORT = "SETTINGS__DATABASE__PORT"


def measured(subjects: Sequence[Subject], boots: int, database: Database) -> Measured:
    """Compare all but the last of ``subjects``, boots at head, with the last.

    The CPU time is that of the processes; of the server, statements and connections are counted.
    """
    there, missing = sorted_out(subjects)
    *ours, peer = there
    raw = {boot.name: _at_once(boot, boots) for boot in ours}
    raw[peer.name] = _at_once(peer, max(AT_ONCE, boots // SAMPLED))
    scene = f"{boots} boots at head, {AT_ONCE} at a time, PostgreSQL"
    lines = [
        line(scene, asked, [_cpu(raw[asked.ours])], [_cpu(raw[asked.peer])])
        for asked in (_in_cpu(boot, peer) for boot in ours)
    ]
    lines += _on_the_server(ours, peer, database)
    return Measured(lines, raw, missing)


def _in_cpu(boot: Subject, peer: Subject) -> Comparison:
    aim = 0.15 if boot.name == CACHED else None
    return Comparison(boot.name, peer.name, "cpu", most=aim, pictured=True)


def _at_once(subject: Subject, boots: int) -> list[Cost]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [cost for cost, _ in pool.map(lambda _: subject.run(), range(boots))]


def _cpu(costs: Sequence[Cost]) -> float:
    return statistics.mean(cost.cpu for cost in costs)


def _on_the_server(ours: Sequence[Subject], peer: Subject, database: Database) -> list[Line]:
    """Count what one boot of each asks, by its messages to the server."""
    theirs = _asked(peer, database)
    lines = []
    for boot in ours:
        for own, other, (figure, most) in zip(
            _asked(boot, database), theirs, _MOST.items(), strict=True
        ):
            limit = most if boot.name == CACHED else None
            asked = Comparison(boot.name, peer.name, figure, limit=limit)
            lines.append(line("what one boot asks PostgreSQL", asked, [own], [other]))
    return lines


def _asked(subject: Subject, database: Database) -> tuple[int, int]:
    """How many statements one boot sends, and over how many connections."""
    with Wire(database) as wire:
        env = {**subject.env, _PORT: str(wire.database.port)}
        replace(subject, env=env).run()
        return len(wire.statements), len(wire.connections(""))
