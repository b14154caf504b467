"""What a setting is: its type, of which it is known how it is written, its default, and what it means."""

from dataclasses import Field, FrozenInstanceError, field
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from bootctl.config.lists import Ignored
from bootctl.values import frozen

Seconds = Annotated[float, "seconds"]
"""A duration in seconds; ``500ms``, ``30s``, ``5m`` and ``1h`` are understood too."""

Timeout = Annotated[float, "timeout"]
"""A duration that a database enforces, more than none and at most PostgreSQL's longest."""

Items = Annotated[tuple[str, ...], "items"]
"""A list; in one string its items are separated by commas or spaces, or it is JSON."""

Patterns = Annotated[tuple[str, ...], "patterns"]
"""As ``Items``, of names and shell patterns."""

Entries = Annotated[tuple[Ignored | str, ...], "entries"]
"""As ``Items``, of patterns, kinds with patterns, and tables of these with a reason."""

Argv = Annotated[tuple[str, ...], "argv"]
"""A command; one string is split as a shell splits words, or it is a JSON list."""

Count = Annotated[int, "count"]
"""One or more."""

Address = Annotated[str, "address"]
"""``HOST:PORT``, or ``HOST:PORT/PATH``."""

Level = Annotated[Literal["debug", "info", "warning", "error"], "level"]
"""Of the log; capitals are understood too."""


@frozen
class Setting:
    """What there is to say of one setting."""

    type: Any
    """Without the ``None`` of one that may be unset."""
    kind: str
    """What its type is called here; empty where Python's own says all."""
    may_be_unset: bool
    default: Any
    description: str

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the values that it can have, where these are few."""
        if self.type is bool:
            return ("true", "false")
        return get_args(self.type) if get_origin(self.type) is Literal else ()


class Group:
    """Settings, to each of which a value is assigned once."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self):
            raise FrozenInstanceError(f"{name} has its value")
        super().__setattr__(name, value)


def group(of: "Field[Any]") -> Any:
    """Return the class of the group of settings that a field is; ``None`` for a setting."""
    return type(of.default) if isinstance(of.default, Group) else None


def said(default: Any, description: str, *, name: str = "") -> Any:
    """Return the field of a setting; ``name`` is its own, where Python has another use for that."""
    return field(default=default, metadata={"description": description, "name": name})


def name(of: "Field[Any]") -> str:
    """Return what the setting is called in every source."""
    return of.metadata.get("name") or of.name


def setting(of: "Field[Any]") -> Setting:
    """Return what a field says."""
    parts = get_args(of.type) if get_origin(of.type) in (Union, UnionType) else (of.type,)
    [own] = (part for part in parts if part is not NoneType)
    kind = ""
    if get_origin(own) is Annotated:
        own, kind = get_args(own)
    return Setting(own, kind, NoneType in parts, of.default, of.metadata["description"])
