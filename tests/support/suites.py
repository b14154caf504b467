"""Which tests are in which suite: quick, long, or neither.

``python -m tests.support.suites LOG`` keeps the slowest of the quick suite, as measured, out of it. LOG is
what ``pytest --durations=0`` has written of that suite.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from tests.support.paths import ROOT
from tests.support.projects.kits import Kit

MEASURED = ROOT / "tests/slow.txt"
"""Has an id in each line."""
_MOST_SECONDS = 2.4
_DURATION = re.compile(r"(?m)^([\d.]+)s (?:setup|call|teardown) +(.+)$")
_EACH_ONCE = {"alembic": "postgresql", "aerich": "sqlite", "tortoise": "mariadb"}
"""In the quick suite, of tests over every backend and every database: each has one backend, and it
one database."""


def choose(items: list[pytest.Item]) -> None:
    """Mark what need not be in the quick suite as slow, and what is in no suite as exhaustive.

    A module's ``IN_QUICK_SUITE`` names, of each parameter, the values that are in it. Of a module with
    ``IN_LONG_SUITE``, the tests are exhaustive that are slow and have no such part in their ids. Files
    are mixed, so that each worker begins with as much to do.
    """
    measured = set(MEASURED.read_text().splitlines())
    kits = _of_each_test(items, "kit")
    databases = _of_each_test(items, "database")
    chosen = _chosen(items)
    for item in items:
        params, test = _params(item), _test(item)
        wanted = getattr(getattr(item, "module", None), "IN_QUICK_SUITE", {})
        elsewhere = any(_name(params[key]) not in wanted[key] for key in wanted.keys() & params)
        own = {} if "database" in wanted else databases
        if elsewhere or not _is_quick(params, kits.get(test, []), own.get(test, []), test):
            item.add_marker(pytest.mark.slow)
        named = getattr(getattr(item, "module", None), "IN_LONG_SUITE", ("",))
        is_long = any(part in item.name for part in named) and (named != ("",) or item in chosen)
        if item.get_closest_marker("slow") and not is_long:
            item.add_marker(pytest.mark.exhaustive)
        elif item.nodeid in measured:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: crc32(str(item.path.relative_to(ROOT)).encode()))


def _params(item: pytest.Item) -> Mapping[str, object]:
    params: Mapping[str, object] = getattr(getattr(item, "callspec", None), "params", {})
    return params


def _test(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _of_each_test(items: list[pytest.Item], key: str) -> dict[str, list[str]]:
    """Return what each test has of a parameter, by name and in order."""
    found: dict[str, set[str]] = {}
    for item in items:
        if key in _params(item):
            found.setdefault(_test(item), set()).add(_text(_params(item)[key]))
    return {test: sorted(names) for test, names in found.items()}


def _is_quick(
    params: Mapping[str, object], kits: Sequence[str], databases: Sequence[str], test: str
) -> bool:
    """Return whether it is the test's own of several backends, on one database."""
    kit, kind = params.get("kit"), params.get("database") or params.get("transactional")
    if not isinstance(kit, Kit):
        return not databases or kind == databases[crc32(test.encode()) % len(databases)]
    if kit.name != kits[crc32(test.encode()) % len(kits)]:
        return False
    if not isinstance(kind, str):
        return True
    own = _EACH_ONCE.get(kit.name, "postgresql")
    return kind == ("postgresql" if own == "mariadb" and "transactional" in params else own)


def _chosen(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return those that have, of each test's parameters, each value once, and not every combination."""
    by_test: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        by_test[_test(item)].append(item)
    return {item for test, own in by_test.items() for item in _diagonal(test, own)}


def _diagonal(test: str, items: list[pytest.Item]) -> list[pytest.Item]:
    """Return those in which, of the two longest parameters, each value of the longest comes once."""
    indices = [getattr(getattr(item, "callspec", None), "indices", {}) for item in items]
    # Parameters that are given together, as "command, code" are, are one.
    apart = {tuple(each.get(name, 0) for each in indices) for name in indices[0]}
    sizes = sorted(len(set(column)) for column in apart)
    if len(sizes) < 2:
        return items
    places = (crc32(test.encode()) + sum(each) for each in zip(*apart, strict=True))
    return [item for item, place in zip(items, places, strict=True) if place % sizes[-2] == 0]


def _text(value: object) -> str:
    return str(getattr(value, "__name__", _name(value)))


def _name(value: object) -> object:
    return value.name if isinstance(value, Kit) else value


def main(log: str) -> None:
    """Add what took too long to the list."""
    took: defaultdict[str, float] = defaultdict(float)
    for found in _DURATION.finditer(Path(log).read_text()):
        took[found[2]] += float(found[1])
    slow = {test for test, seconds in took.items() if seconds > _MOST_SECONDS}
    kept = sorted(slow | set(MEASURED.read_text().splitlines()))
    MEASURED.write_text("".join(f"{test}\n" for test in kept))


if __name__ == "__main__":
    main(*sys.argv[1:])
