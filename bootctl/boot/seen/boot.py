"""What a boot was, put together from its stages and events."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bootctl.output.stopwatch import Stopwatch


@dataclass
class Boot:
    """What is known of it by now; an observer of the log."""

    ended: Callable[[int], None]
    """Called with the exit code of one that fails, before its verdict is logged."""
    backend: str = ""
    verification: str = "none"
    """``full``, ``cached`` or ``tolerated``, once it was looked at."""
    stages: dict[str, float] = field(default_factory=dict)
    """The seconds of each stage, without those of the stages in it."""
    applied: int = 0
    drift: int = 0
    attempts: dict[str, int] = field(default_factory=dict)
    """How often each dependency was asked."""

    def __post_init__(self) -> None:
        self.watch = Stopwatch()
        self._stage, self._since = "boot", Stopwatch()
        self._lock = threading.Lock()

    def stage(self, name: str) -> None:
        """Count what ends as time of the stage that ran."""
        with self._lock:
            spent = self.stages.get(self._stage, 0.0)
            self.stages[self._stage] = spent + self._since.ms / 1000
            self._stage, self._since = name, Stopwatch()

    def event(self, name: str, _: str, fields: Mapping[str, Any]) -> None:
        """Learn from an event."""
        match name:
            case "detect.found":
                self.backend = fields["backend"]
            case "wait.ready" | "wait.retry" | "wait.skipped":
                self.attempts[fields["target"]] = fields["attempt"]
            case "migrate.applied":
                self.applied += 1
            case "verify.drift":
                self.drift += 1
            case "verify.tolerated":
                self.drift += 1
                self.verification = "tolerated"
            case "verify.cached":
                self.backend, self.verification = fields["backend"], "cached"
            case "verify.clean" | "verify.compatible":
                self.verification = "full"
            case "boot.failed":
                self.drift = max(self.drift, len(fields.get("differences", ())))
                self.end(fields["exit_code"])

    def end(self, code: int) -> None:
        """Note how it ended."""
        self.stage("boot")
        self.ended(code)
