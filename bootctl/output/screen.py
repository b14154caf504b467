"""Who shows a person at a terminal what is going on: nobody, until somebody is attached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bootctl.output.redact import redactor
from bootctl.values import frozen


@frozen
class Waiting:
    """A dependency that is waited for."""

    target: str
    state: str
    """``ready``, ``refused`` or ``not ready``."""
    cause: str
    said: str
    """What the last failure was, in words."""
    attempts: int
    ms: int

    def told(self, tell: Callable[[str], str]) -> "Waiting":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        return replace(self, target=tell(self.target), said=tell(self.said))


class Screen(Protocol):
    """What it is told, without secrets; nothing of it is a result, nor in the log but the events."""

    def line(self, line: Mapping[str, Any]) -> str | None:
        """Return how an event is written for a person; ``None``: as it is elsewhere."""

    def stage(self, name: str) -> None:
        """Note the stage that runs from now on."""

    def upgrading(self, count: int) -> None:
        """Note how many migrations are about to be applied."""

    def executing(self) -> None:
        """Note that a statement of a migration is about to be executed."""

    def stepped(self) -> None:
        """Note that a migration is through, and may not be committed yet."""

    def doing(self, what: str) -> None:
        """Note what the statement that runs does, as the server tells."""

    def waiting(self, found: Sequence[Waiting]) -> None:
        """Note what is waited for, and how that stands."""

    def sums_up(self, brief: str) -> None:
        """Note what the verdict says in short: the differences that it names are listed, or were."""

    def listed(self) -> None:
        """Note that a result has the differences: a verdict need not list them."""

    def rest(self) -> None:
        """Leave nothing on the terminal that is drawn again: a result, or a program, follows."""


class _Nobody:
    def line(self, line: Mapping[str, Any]) -> str | None:
        return None

    def stage(self, name: str) -> None:
        pass

    def upgrading(self, count: int) -> None:
        pass

    def executing(self) -> None:
        pass

    def stepped(self) -> None:
        pass

    def doing(self, what: str) -> None:
        pass

    def waiting(self, found: Sequence[Waiting]) -> None:
        pass

    def sums_up(self, brief: str) -> None:
        pass

    def listed(self) -> None:
        pass

    def rest(self) -> None:
        pass


_attached: Screen = _Nobody()


def attach(screen: Screen) -> None:
    """Have ``screen`` be told from now on."""
    global _attached
    _attached = screen


def attached() -> Screen:
    """Return who is told."""
    return _attached


def waiting(found: Sequence[Waiting]) -> None:
    """Show what is waited for, and how that stands."""
    _attached.waiting([item.told(redactor.text) for item in found])


def doing(what: str) -> None:
    """Show what the statement that runs does."""
    _attached.doing(redactor.text(what))


def sums_up(brief: str) -> None:
    """Show the verdict that follows as ``brief`` has it, where its differences are listed."""
    _attached.sums_up(redactor.text(brief))
