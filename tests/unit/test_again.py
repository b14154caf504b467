"""What failed beside others is looked at again in CI, alone, and can still fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

CONFTEST = """\
import pytest
from tests.support import again

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    yield
    if not hasattr(session.config, "workerinput"):
        again.look(session)
"""
RACES = """\
import os

def test_races():
    assert "PYTEST_XDIST_WORKER" not in os.environ
"""
BROKEN = "def test_is_broken():\n    assert False\n"
FOUR = "".join(f"def test_{number}():\n    assert False\n" for number in range(4))


def run(root: Path, tests: str, *, ci: str) -> tuple[int, str]:
    """How pytest ends of a directory with those tests, and what it prints."""
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "conftest.py").write_text(CONFTEST)
    (root / "test_these.py").write_text(tests)
    variables = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2"],
        cwd=root,
        env={**variables, "PYTHONPATH": str(ROOT), "CI": ci},
        text=True,
        capture_output=True,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("tests", "ci", "code", "is_looked_at"),
    [
        (RACES, "true", 0, True),
        (BROKEN, "true", 1, True),
        (RACES + BROKEN, "true", 1, True),
        (FOUR, "true", 1, False),
        (RACES, "", 1, False),
    ],
    ids=["a race", "broken", "both", "too many", "not in CI"],
)
def test_the_second_look_decides(
    tmp_path: Path, tests: str, ci: str, code: int, is_looked_at: bool
) -> None:
    ended, text = run(tmp_path, tests, ci=ci)
    assert ended == code, text
    assert ("run again alone:" in text) == is_looked_at


def test_it_is_named(tmp_path: Path) -> None:
    _, text = run(tmp_path, RACES, ci="true")
    assert "FAILED test_these.py::test_races" in text
    assert "run again alone:\n  test_these.py::test_races\n" in text
