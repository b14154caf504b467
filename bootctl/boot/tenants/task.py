"""What is done with every tenant: a command of bootctl, for each of them alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootctl.values import frozen


@frozen
class Task:
    """A command, and what is told of how it went."""

    command: str
    at_head: str
    """The state of a tenant whose receipt holds, which a report only counts."""
    told: str
    """What a report tells of the others besides: ``applied`` or ``pending``."""
    options: tuple[str, ...] = ()

    def words(self, root: Path) -> tuple[str, ...]:
        """Return the words of the command for one tenant."""
        return (self.command, *self.options, "--project", str(root))

    def found(self, code: int, result: Mapping[str, Any]) -> str:
        """Return how a database is, by what was printed as JSON; empty where that says nothing."""
        if self.command == "status":
            return str(result.get("direction", ""))
        return self.at_head if self.command == "check" and not code else ""


MIGRATE = Task("migrate", "at head", "applied")
TASKS = {
    "migrate": MIGRATE,
    "check": Task("check", "clean", "pending", ("--json",)),
    "status": Task("status", "at-head", "pending", ("--json",)),
    "status --exit-code": Task("status", "at-head", "pending", ("--json", "--exit-code")),
}
