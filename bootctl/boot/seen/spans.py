"""The stages and the migrations of a boot as spans: what began and ended when, and inside of what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time_ns
from typing import Any

_MOST = 200
"""A boot that waits for another one reads the database again and again: the rest is left out."""


@dataclass(eq=False)
class Span:
    """One of them; times in nanoseconds since 1970."""

    name: str
    parent: "Span | None" = None
    attributes: dict[str, str] = field(default_factory=dict)
    begun: int = field(default_factory=time_ns)
    ended: int = 0
    is_stage: bool = True


class Spans:
    """An observer of the log, with the spans in the order of their beginnings; the first has all others in it."""

    def __init__(self) -> None:
        self.found = [Span("boot")]
        self._open = [self.found[0]]
        self.unended: tuple[Span, ...] = ()
        """What was open at the end: of a boot that fails, where it failed."""

    def stage(self, name: str) -> None:
        """Begin a stage, or come back to one that goes on."""
        self._end_migration()
        if any(span.name == name for span in self._open):
            while self._open[-1].name != name:
                self._open.pop().ended = time_ns()
        else:
            self._begin(name, is_stage=True)

    def event(self, name: str, _: str, fields: Mapping[str, Any]) -> None:
        """Begin a migration, or end one that is tried again."""
        if name in ("migrate.applying", "migrate.retry"):
            self._end_migration()
        if name == "migrate.applying":
            about = {"bootctl.revision": fields["revision"], "code.file.path": fields["file"]}
            known = {key: str(value) for key, value in about.items() if value}
            self._begin(f"migrate {fields['revision']}", is_stage=False, **known)

    def end(self) -> None:
        """End what is open."""
        self.unended = tuple(self._open)
        while self._open:
            self._open.pop().ended = time_ns()

    def _begin(self, name: str, *, is_stage: bool, **attributes: str) -> None:
        if len(self.found) < _MOST:
            span = Span(name, self._open[-1], attributes, is_stage=is_stage)
            self._open.append(span)
            self.found.append(span)

    def _end_migration(self) -> None:
        if not self._open[-1].is_stage:
            self._open.pop().ended = time_ns()
