"""What is logged: kept until there are settings, then written, without the library that logs."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import loguru

_SEVERITY = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Held:
    """Keeps records like loguru's until it is known how they are written, and then writes them."""

    def __init__(self) -> None:
        self._records: list[loguru.Record] = []
        self._write: Callable[[loguru.Record], object] | None = None
        self._level = "DEBUG"
        self._is_closed = False

    def log(self, level: str, message: str, what: dict[str, Any]) -> "loguru.Record":
        """Write a record, or keep it; return it."""
        made = {
            "time": datetime.now(UTC),
            "level": SimpleNamespace(name=level),
            "message": message,
            "extra": {"what": what},
        }
        record = cast("loguru.Record", made)
        if self._is_closed:
            return record
        self._records.append(record)
        if self._write is not None:
            self.release(self._write, self._level)
        return record

    def forget(self) -> None:
        """Let go of what was kept."""
        self._records.clear()

    def close(self) -> None:
        """Write and keep nothing more."""
        self._is_closed = True

    def release(self, write: "Callable[[loguru.Record], object]", level: str) -> None:
        """Have what is kept, and what follows, written from ``level`` on."""
        self._write, self._level, self._is_closed = write, level, False
        records, self._records = self._records, []
        for record in records:
            if _SEVERITY.index(record["level"].name) >= _SEVERITY.index(level):
                write(record)


LOGGER = Held()
"""The process's own."""
