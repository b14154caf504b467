"""bootctl as users run it: a process with an exit code, a stdout, and JSON lines on stderr."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRUBBED = (
    "BOOTCTL__",
    "SETTINGS__",
    "DATABASE_URL",
    "ALEMBIC_CONFIG",
    "TORTOISE_ORM",
    "APP_CMD",
    "ROBYN_",
)
FIELDS = {"time", "level", "event", "stage", "message", "run_id"}


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line of stderr, which must be JSON and have the documented fields."""
        parsed = [json.loads(line) for line in self.stderr.splitlines()]
        for line in parsed:
            assert line.keys() >= FIELDS, line
            assert not any(isinstance(value, dict) for value in line.values()), line
        return parsed

    @property
    def verdict(self) -> dict[str, Any]:
        """The last line, of a failure."""
        last = self.lines[-1]
        assert last["event"] == "boot.failed", last
        assert last["exit_code"] == self.code
        assert last["hint"]
        return last

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines if line["event"] == name]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what bootctl reads, and with ``extra``."""
    scrubbed = (*SCRUBBED, "PYTEST_CURRENT_TEST")  # a test's id may look like a secret
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(scrubbed)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}


def bootctl(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60
) -> Result:
    """Run ``bootctl ARGUMENTS`` in ``cwd``, and wait for its end."""
    finished = subprocess.run(
        [sys.executable, "-m", "bootctl", *arguments],
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Result(finished.returncode, finished.stdout, finished.stderr)
