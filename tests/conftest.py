"""Fixtures, and a clean state before each test."""

import compileall
import logging
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import hypothesis
import pytest

from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.paths import ROOT
from tests.support.processes.spawned import SCRUBBED
from tests.support.projects.kits import KITS, Kit


def pytest_configure(config: pytest.Config) -> None:
    """Compile bootctl once: the processes of the tests, thousands, write no bytecode themselves."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "bootctl", quiet=2)


hypothesis.settings.register_profile("bootctl", deadline=None)  # other tests run beside each
hypothesis.settings.load_profile("bootctl")


@pytest.fixture(autouse=True)
def clean_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine, and no logging of another test, reaches a test."""
    for name in os.environ:
        if name.upper().startswith(SCRUBBED):
            monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = [
        handler
        for handler in logging.getLogger().handlers
        if "bootctl" not in type(handler).__module__
    ]


@pytest.fixture
def fresh_database(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes empty databases of a kind: postgresql, mariadb or sqlite."""
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(fresh.fresh(kind, tmp_path))


@pytest.fixture
def sqlite(fresh_database: Callable[[str], Database]) -> Database:
    """An SQLite file that does not exist yet."""
    return fresh_database("sqlite")


@pytest.fixture
def postgresql(fresh_database: Callable[[str], Database]) -> Database:
    """An empty PostgreSQL database."""
    return fresh_database("postgresql")


@pytest.fixture
def mariadb(fresh_database: Callable[[str], Database]) -> Database:
    """An empty MariaDB database."""
    return fresh_database("mariadb")


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, fresh_database: Callable[[str], Database]) -> Database:
    """An empty database of each kind in turn."""
    return fresh_database(request.param)


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(request: pytest.FixtureRequest) -> Kit:
    """What each backend in turn needs of a test."""
    found: Kit = request.param
    return found


_EACH_ONCE = {"alembic": "postgresql", "aerich": "sqlite", "tortoise": "mariadb"}
"""In the quick suite, of tests over every backend and every database: each has one backend, and it
one database. In the long suites each backend has one, and each database."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take what need not be in the quick suite for slow.

    A module's ``IN_QUICK_SUITE`` names, of each parameter, the values that are in it. Of a module with
    ``IN_LONG_SUITE``, the tests are exhaustive that are slow and have no such part in their ids.
    """
    kits = _of_each_test(items, "kit")
    databases = _of_each_test(items, "database")
    for item in items:
        params, test = _params(item), _test(item)
        wanted = getattr(getattr(item, "module", None), "IN_QUICK_SUITE", {})
        elsewhere = any(_name(params[key]) not in wanted[key] for key in wanted.keys() & params)
        own = {} if "database" in wanted else databases
        if elsewhere or not _is_quick(params, kits.get(test, []), own.get(test, []), test):
            item.add_marker(pytest.mark.slow)
        named = getattr(getattr(item, "module", None), "IN_LONG_SUITE", ("",))
        is_long = any(part in item.name for part in named) and (
            named != ("",) or _is_long(params, kits.get(test, []), own.get(test, []), test)
        )
        if item.get_closest_marker("slow") and not is_long:
            item.add_marker(pytest.mark.exhaustive)


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
            found.setdefault(_test(item), set()).add(str(_name(_params(item)[key])))
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


def _is_long(
    params: Mapping[str, object], kits: Sequence[str], databases: Sequence[str], test: str
) -> bool:
    """Return whether it is one of those that have, of a test, each backend and each database once."""
    kit, kind = params.get("kit"), params.get("database")
    if not isinstance(kit, Kit) or kind not in databases or len(kits) < len(_EACH_ONCE):
        return True
    place = kits.index(kit.name) + databases.index(str(kind)) + crc32(test.encode())
    return place % len(databases) == 0


def _name(value: object) -> object:
    return value.name if isinstance(value, Kit) else value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test never passes by skipping."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
