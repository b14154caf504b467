"""What two columns are by their looks, where the database cannot be asked how it stores them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import String
from sqlalchemy.types import TypeEngine


def may_be_one_type(live: TypeEngine[Any], model: TypeEngine[Any]) -> bool:
    """Return whether a database may have ``live`` for ``model``: both hold the same kind of value."""
    one, other = (kind.as_generic(allow_nulltype=True) for kind in (live, model))
    if isinstance(one, String) and isinstance(other, String) and one.length and other.length:
        return one.length == other.length
    return isinstance(one, type(other)) or isinstance(other, type(one))


def are_other_constants(kind: TypeEngine[Any], live: str, model: str) -> bool:
    """Return whether both defaults are constants, and not the same one."""
    one, other = (_content(text) for text in (live, model))
    if one is None or other is None:
        return False
    if isinstance(kind, String):
        return one != other
    try:
        return Decimal(one) != Decimal(other)
    except InvalidOperation:
        return False


def _content(text: str) -> str | None:
    """Return what a quoted text says, or a number; ``None`` for any other expression."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    try:
        return str(Decimal(text))
    except InvalidOperation:
        return None
