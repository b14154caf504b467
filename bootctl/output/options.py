"""What the log has to know of the settings, which know of it."""

from pathlib import Path
from typing import Protocol


class Options(Protocol):
    """What the settings say of the log."""

    @property
    def format(self) -> str:
        """Return ``json``, ``console`` or ``auto``."""

    @property
    def level(self) -> str:
        """Return the least level that is logged, in lower case."""

    @property
    def file(self) -> Path | None:
        """Return a file to log to as well."""

    @property
    def rotation(self) -> str | None:
        """Return when to start a new file."""

    @property
    def compression(self) -> str | None:
        """Return how to compress a finished file."""

    @property
    def termination_message(self) -> Path:
        """Return where the verdict is left."""
