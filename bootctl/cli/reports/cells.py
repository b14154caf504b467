"""A value in a table, for a person."""

from typing import Any


def flat(value: Any) -> str:
    """Return a value in one cell of a table."""
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
