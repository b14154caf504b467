"""Defaults of columns that repeat a default of the model.

Tortoise before 1.0 wrote them, and Aerich still does where it adds or alters a column; the tables
that the models describe have none. Either way the service works the same.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from bootctl.project.tortoise.internals import meta

_NOW = {
    f"{now}{on_update}"
    for now in ("current_timestamp", "current_timestamp()", "current_timestamp(6)", "now()", "null")
    for on_update in ("", " on update current_timestamp()", " on update current_timestamp(6)")
}
"""What was ever written for ``auto_now_add`` and ``auto_now``, and what MariaDB makes of it."""

Defaults = dict[tuple[str, str], frozenset[str]]
"""For a table and a column, the values of a default that repeats the model's, as plain text."""


def of(models: list[Any], table: Callable[[Any], str]) -> Defaults:
    """Return the plain defaults of ``models``; ``table`` returns the name of the table of one."""
    found: Defaults = {}
    for model in models:
        for name, column in meta(model).fields_db_projection.items():
            values = frozenset(_values(meta(model).fields_map[name]))
            if values:
                found[table(model), column] = values
    return found


def repeats(defaults: Defaults, table: str, column: str, live: str | None) -> bool:
    """Return whether the default ``live``, as the database writes it, repeats the model's."""
    return live is not None and _plain(live) in defaults.get((table, column), ())


def _values(field: Any) -> Iterator[str]:
    default = field.default.value if isinstance(field.default, Enum) else field.default
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        yield from _NOW
    elif isinstance(default, bool):
        yield from (str(default).lower(), str(int(default)))
    elif default is not None and not callable(default):
        yield str(default)


def _plain(text: str) -> str:
    """``text`` without parentheses, casts and quotes: ``('x'::character varying)`` is ``x``."""
    text = re.sub(r"::[a-z ]+(\(\d+(,\d+)?\))?( with(out)? time zone)?(\[\])?", "", text.strip())
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'").replace("\\'", "'")
    return text.lower()
