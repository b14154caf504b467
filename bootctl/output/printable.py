"""What is written so that it can only be read: no terminal, and no CI, takes it for a command."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_COMMANDING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Control characters, what turns the direction of a text or cannot be seen, and what is no text."""
_WORKFLOW_COMMAND = re.compile(r"(?m)^([^\S\n]*):(?=:)|#(?=#\[)")
"""https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and its older form."""


def one_line(text: str) -> str:
    """Return ``text`` on one line, with what would command a terminal written as an escape."""
    return _COMMANDING.sub(_as_literal, text)


def lines(text: str) -> str:
    """Return ``text`` like ``one_line``, but for its line breaks and tabs."""
    return _COMMANDING.sub(lambda m: m[0] if m[0] in "\n\t" else _as_literal(m), text)


def cells(value: Any) -> Any:
    """Return ``value`` with every string in it on one line; keys are left alone."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: cells(item) for key, item in value.items()}
    return [cells(item) for item in value] if isinstance(value, list | tuple) else value


def harmless(text: str) -> str:
    """Return ``text`` with no line that GitHub Actions takes for a command in a job's output."""
    return _WORKFLOW_COMMAND.sub(lambda m: f"{m[1] or ''}\\x{ord(m[0][-1]):02x}", text)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Return ``value`` as JSON, whose strings command no terminal either."""
    text = _encoder(indent).encode(value)
    return _COMMANDING.sub(lambda m: m[0] if m[0] == "\n" else f"\\u{ord(m[0]):04x}", text)


@cache
def _encoder(indent: int | None) -> json.JSONEncoder:
    """Return what ``json.dumps`` makes anew each time, but for its own defaults."""
    return json.JSONEncoder(default=str, ensure_ascii=False, indent=indent)


def _as_literal(found: "re.Match[str]") -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(found[0])
    return named.get(found[0]) or (f"\\x{code:02x}" if code < 1 << 8 else f"\\u{code:04x}")
