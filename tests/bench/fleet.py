"""Many boots at once, as a roll-out has them: their CPU time, and what the server is asked."""

import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.bench.figures import Comparison, Figure, Line, line
from tests.bench.processes import Cost, Measured, Subject, sorted_out, unproved
from tests.bench.subjects import CACHED
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire

AT_ONCE = 8
SAMPLED = 10
"""So many fewer boots are run of all but the cached ones: what is compared is the CPU time of a boot."""
_MOST: Mapping[Figure, float] = {"statements": 4, "connections": 1}
_PORT = "SETTINGS__DATABASE__PORT"


def measured(subjects: Sequence[Subject], boots: int, database: Database) -> Measured:
    """Compare all but the last of ``subjects``, boots at head, with the last.

    The CPU time is that of the processes; of the server, statements and connections are counted.
    """
    there, missing = sorted_out(subjects)
    *ours, peer = there
    fewer = max(AT_ONCE, boots // SAMPLED)
    raw = {boot.name: _at_once(boot, boots if boot.name == CACHED else fewer) for boot in there}
    scene = f"{boots} boots at head, {AT_ONCE} at a time, PostgreSQL"
    lines = [
        line(scene, asked, [_cpu(raw[asked.ours])], [_cpu(raw[asked.peer])])
        for asked in (_in_cpu(boot, peer) for boot in ours)
    ]
    lines += _on_the_server(ours, peer, database)
    return Measured(lines, raw, [*missing, *unproved(raw)])


def _in_cpu(boot: Subject, peer: Subject) -> Comparison:
    aim = 0.15 if boot.name == CACHED else None
    return Comparison(boot.name, peer.name, "cpu", most=aim, pictured=True)


def _at_once(subject: Subject, boots: int) -> list[Cost]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: subject.run(), range(boots)))


def _cpu(costs: Sequence[Cost]) -> float:
    return statistics.mean(cost.cpu for cost in costs)


def _on_the_server(ours: Sequence[Subject], peer: Subject, database: Database) -> list[Line]:
    """Compare what one boot of each asks, by its messages to the server."""
    theirs = _asked(peer, database)
    return [
        line("what one boot asks PostgreSQL", asked, [own], [other])
        for boot in ours
        for asked, own, other in zip(
            _of_the_server(boot, peer), _asked(boot, database), theirs, strict=True
        )
    ]


def _of_the_server(boot: Subject, peer: Subject) -> list[Comparison]:
    return [
        Comparison(boot.name, peer.name, figure, limit=most if boot.name == CACHED else None)
        for figure, most in _MOST.items()
    ]


def _asked(subject: Subject, database: Database) -> tuple[int, int]:
    """How many statements one boot sends, and over how many connections."""
    with Wire(database) as wire:
        elsewhere = replace(subject, env={**subject.env, _PORT: str(wire.database.port)})
        elsewhere.run()  # what is known of the database is not known of it at another port
        wire.begin()
        assert elsewhere.run().proved
        return len(wire.statements), len(wire.connections(""))
