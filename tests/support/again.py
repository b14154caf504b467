"""A second look at the few tests of CI that failed beside others, as CPython's suite takes one.

They are run again, alone, and are named whatever comes of it: what fails then too is broken, and
what does not is a race that is to be found. https://devguide.python.org/testing/run-write-tests/
"""

import os
import subprocess
import sys

import pytest

MOST = 3
"""More than these are no accident."""


def look(session: pytest.Session) -> None:
    """Where it is due, let the second look say how ``session`` ended."""
    failed = _failed(session.config)
    beside_others = bool(getattr(session.config.option, "numprocesses", None))
    ended = session.exitstatus == pytest.ExitCode.TESTS_FAILED
    if os.environ.get("CI") and beside_others and ended and len(failed) <= MOST:
        print("\nfailed beside others, run again alone:", *failed, sep="\n  ", flush=True)
        session.exitstatus = _alone(failed)


def _failed(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    reports = [*stats.get("failed", []), *stats.get("error", [])]
    return list(dict.fromkeys(report.nodeid for report in reports))


def _alone(tests: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", "-m", "", *tests])
