"""Settings that are seen to be valid: to import pydantic takes as long as a third of a boot.

What is unusual is in doubt: pydantic judges it, in ``model``, and says what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from bootctl.config import addresses, lists
from bootctl.config.secret import Secret
from bootctl.config.setting import Setting, group, name
from bootctl.config.settings import Settings, keys, variable

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = 2**31 / 1000
"""What PostgreSQL's timeouts end before, in seconds."""
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)?")
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_TRUTHS = {"true": True, "false": False}


class _DoubtError(Exception):
    """Whether a value is valid is not seen here."""


def variables(found: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of bootctl's own that have one, by their dotted keys."""
    lower = {name.lower(): value for name, value in found.items() if value}
    names = {key: variable(key).lower() for key, _ in keys()}
    return {key: lower[name] for key, name in names.items() if name in lower}


def settings(values: Mapping[str, Any]) -> Settings | None:
    """Return the settings with ``values`` by their dotted keys; ``None`` where one of them is in doubt."""
    known = dict(keys())
    try:
        read = {key: _read(known[key], value) for key, value in values.items()}
    except (_DoubtError, ValueError):
        return None
    made: Settings = _made(Settings, "", read)
    return made


def _made(of: Any, prefix: str, read: Mapping[str, Any]) -> Any:
    given = {}
    for item in fields(of):
        key = prefix + name(item)
        if inner := group(item):
            given[item.name] = _made(inner, f"{key}.", read)
        elif key in read:
            given[item.name] = read[key]
    return of(**given)


def _read(setting: Setting, value: Any) -> Any:
    if setting.choices and setting.type is not bool:
        value = value.lower() if setting.kind == "level" and isinstance(value, str) else value
        return _if(value in setting.choices, value)
    return _READERS[setting.kind or setting.type](value)


def _if(is_seen: bool, value: Any) -> Any:
    if not is_seen:
        raise _DoubtError
    return value


def _text(value: Any) -> str:
    # What is not ASCII may be no text at all, as a variable with bytes that are none.
    text: str = _if(isinstance(value, str) and value.isascii(), value)
    return text


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else _if(_text(value) in _TRUTHS, _TRUTHS.get(value))


def _seconds(value: Any) -> float:
    found = _DURATION.fullmatch(value if isinstance(value, str) else repr(value))
    if found is None:
        raise _DoubtError
    return float(found[1]) * UNITS[found[2] or "s"]


def _timeout(value: Any) -> Any:
    seconds = _seconds(value)
    return _if(0 < seconds < LONGEST, seconds)


def _count(value: Any) -> int:
    return int(_if(_COUNT.fullmatch(str(value)) is not None, value))


def _texts(notation: Callable[[Any], Any]) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        items = notation(value if isinstance(value, list) else _text(value))
        return tuple(map(_text, _if(isinstance(items, list), items)))

    return read


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    str: _text,
    bool: _truth,
    Path: lambda value: Path(_text(value)),
    Secret: lambda value: Secret(_text(value)),
    "seconds": _seconds,
    "timeout": _timeout,
    "count": _count,
    "items": _texts(lists.items),
    "patterns": _texts(lists.patterns),
    "entries": _texts(lists.entries),
    "argv": _texts(lists.words),
    "address": lambda value: addresses.checked(_text(value)),
}
