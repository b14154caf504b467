"""For a program; also what ``verify.baseline`` reads.

``docs/schemas/check.schema.json`` is its schema. It has every field that a verdict has.
"""

from dataclasses import fields, is_dataclass
from typing import Any

from bootctl.database.state import Difference
from bootctl.output import printable
from bootctl.verify.policy import Verdict

_OF_OTHER_ROOMS = ("when_omitted", "binds")
"""What only older code on a newer schema depends on."""


def render(verdict: Verdict) -> str:
    """Return one object: ``clean``, ``direction``, ``differences``, ``accepted``, ``pending``, and more."""
    said = {"clean": verdict.clean, "outcome": verdict.outcome}
    return printable.as_json({**said, **_plain(verdict)}, indent=2)


def difference(item: Difference) -> dict[str, Any]:
    """Return one difference, without what is of this process only."""
    plain = {key: value for key, value in _plain(item).items() if key not in _OF_OTHER_ROOMS}
    return {**plain, "wrong": item.wrong}


def _plain(value: Any) -> dict[str, Any]:
    return {field.name: _told(getattr(value, field.name)) for field in fields(value)}


def _told(value: Any) -> Any:
    if isinstance(value, Difference):
        return difference(value)
    if is_dataclass(value):
        return _plain(value)
    return [_told(item) for item in value] if isinstance(value, tuple) else value
