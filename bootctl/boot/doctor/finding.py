"""What was found, one thing at a time, whatever becomes of the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from bootctl.database import causes
from bootctl.errors import BootError, Interrupted
from bootctl.values import frozen


class Severity(StrEnum):
    """How much it matters."""

    OK = "ok"
    """It is as it should be, and worth knowing."""
    NOTE = "note"
    WARNING = "warning"
    """A boot goes on, and something will be missing or late."""
    ERROR = "error"
    """A boot ends there."""


@frozen
class Finding:
    """One thing that was found."""

    area: str
    severity: Severity
    what: str
    mend: str = ""
    """What to do about it."""
    error: BootError | None = None
    """What a boot would end with."""

    @property
    def exit_code(self) -> int | None:
        """Return what a boot would end with; ``None`` where it goes on."""
        return self.error.exit_code if self.error else None


_RAISED = "See what raises it: nothing is known of it here."


class Findings:
    """All that was found so far, in order."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def ok(self, area: str, what: str) -> None:
        """Add what is as it should be."""
        self.all.append(Finding(area, Severity.OK, what))

    def note(self, area: str, what: str, mend: str) -> None:
        """Add what may be meant so."""
        self.all.append(Finding(area, Severity.NOTE, what, mend))

    def warn(self, area: str, what: str, mend: str) -> None:
        """Add what stops no boot."""
        self.all.append(Finding(area, Severity.WARNING, what, mend))

    def fail(self, area: str, error: BootError) -> None:
        """Add what stops a boot, once."""
        found = Finding(area, Severity.ERROR, error.message, error.hint, error)
        if not any(item.what == found.what for item in self.all):
            self.all.append(found)

    @contextmanager
    def looking(self, area: str, *, stops: bool = True) -> Iterator[None]:
        """Look at something inside: what that raises is found, and the rest is looked at still.

        ``stops``: a boot would end with what has no type, too.
        """
        try:
            yield
        except Interrupted:
            raise
        except BootError as error:
            self.fail(area, error)
        except Exception as error:  # whatever the project's code or a driver raises
            said = f"it cannot be looked at: {type(error).__name__}: {causes.root_message(error)}"
            if stops:
                self.fail(area, BootError(said, hint=_RAISED))
            else:
                self.warn(area, said, _RAISED)

    @property
    def first_error(self) -> Finding | None:
        """Return what a boot would end with."""
        return next((item for item in self.all if item.error), None)
