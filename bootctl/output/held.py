"""What is logged before it is known whether anything needs the library that logs."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import loguru

_SEVERITY = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Held:
    """Takes records as loguru's logger does, and keeps them."""

    def __init__(self) -> None:
        self._records: list[loguru.Record] = []
        self._what: dict[str, Any] = {}
        self._write: Callable[[loguru.Record], object] | None = None
        self._level = "DEBUG"

    def bind(self, what: dict[str, Any]) -> "Held":
        """Take ``what`` for the next record."""
        self._what = what
        return self

    def log(self, level: str, _: str, message: str) -> None:
        """Keep a record."""
        record = {
            "time": datetime.now(UTC),
            "level": SimpleNamespace(name=level),
            "message": message,
            "extra": {"what": self._what},
        }
        self._records.append(cast("loguru.Record", record))
        if self._write is not None:
            self.release(self._write, self._level)

    def forget(self) -> None:
        """Let go of what was kept."""
        self._records.clear()

    def remove(self, handler_id: int | None = None) -> None:
        """Return: nothing is written from here."""

    def release(self, write: "Callable[[loguru.Record], object]", level: str) -> None:
        """Have what is kept, and what follows, written from ``level`` on."""
        self._write, self._level = write, level
        records, self._records = self._records, []
        for record in records:
            if _SEVERITY.index(record["level"].name) >= _SEVERITY.index(level):
                write(record)


LOGGER: Any = Held()
"""In the place of a logger until there is one."""
