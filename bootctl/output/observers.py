"""Who is told of the stages and the events of a boot, besides the log: nobody, until somebody is added."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol


class Observer(Protocol):
    """What it is told may come from any thread, and have secrets; what it raises is ignored."""

    def stage(self, name: str) -> None:
        """Note the stage that runs from now on."""

    def event(self, name: str, message: str, fields: Mapping[str, Any]) -> None:
        """Note an event, before the log has it."""


_observers: list[Observer] = []


def add(observer: Observer) -> None:
    """Have ``observer`` be told from now on."""
    _observers.append(observer)


def stage(name: str) -> None:
    """Tell of a stage."""
    for observer in _observers:
        with suppress(Exception):
            observer.stage(name)


def event(name: str, message: str, fields: Mapping[str, Any]) -> None:
    """Tell of an event."""
    for observer in _observers:
        with suppress(Exception):
            observer.event(name, message, fields)
