"""Fixtures, and a clean state before each test."""

import compileall
import logging
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tests.support import suites
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which suite each is in."""
    suites.choose(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test never passes by skipping."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
