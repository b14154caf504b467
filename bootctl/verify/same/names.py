"""Names that models and the catalog write alike."""

import re
from typing import Any

from sqlalchemy import Dialect

NAME = r'[a-z_][a-z0-9_]*|"[^"]+"'
"""An identifier as PostgreSQL renders it, without a schema: what is not plain is in quotes, and no expression is."""
_NAMES = re.compile(rf"(?:{NAME})(?:, (?:{NAME}))*")
_EACH = re.compile(NAME)
_LONGEST = 63
"""Bytes of a name that PostgreSQL keeps."""


def is_plain_name(name: Any, dialect: Dialect) -> bool:
    """Return whether the catalog has ``name`` as it is: neither in quotes, nor cut by ``dialect`` or the server."""
    if not isinstance(name, str) or not {'"', "."}.isdisjoint(name):
        return False
    return len(name) <= dialect.max_identifier_length and len(name.encode()) <= _LONGEST


def read_names(text: str) -> tuple[str, ...] | None:
    """Return the columns of a key; ``None`` where ``text`` is of more than columns."""
    if not _NAMES.fullmatch(text):
        return None
    return tuple(name.strip('"') for name in _EACH.findall(text))
