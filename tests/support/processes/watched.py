"""bootctl as a process that is watched while it runs."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.processes.spawned import Result, environment


class Running:
    """``bootctl migrate`` in ``root``."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bootctl", "migrate"],
            cwd=root,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._seen = ""

    def until(self, event: str, times: int = 1) -> None:
        """Return once it has logged ``event`` so often."""
        assert self.process.stderr
        while self._seen.count(f'"event": "{event}"') < times:
            line = self.process.stderr.readline()
            assert line, self._seen
            self._seen += line

    def result(self, timeout: float = 60) -> Result:
        """How it ended, once it has."""
        _, rest = self.process.communicate(timeout=timeout)
        return Result(self.process.returncode, "", self._seen + rest)
