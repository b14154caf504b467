"""What a database puts into a column that an INSERT leaves out."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Computed, Identity

from bootctl.database.state import WhenOmitted

_NULL = re.compile(r"\(*null\b[^,]*", re.IGNORECASE)
_DISTINCT = re.compile(r"(nextval|uuid|random)\w*\(", re.IGNORECASE)


def of_column(column: Column[Any]) -> WhenOmitted | None:
    """Return the value of a live column that the models do not have."""
    if column.primary_key:  # other columns than the models' tell its table's rows apart
        return None
    if column.computed is not None:
        return WhenOmitted.COMPUTED
    if column.identity is not None or column.autoincrement is True:
        return WhenOmitted.DISTINCT
    return _of_default(column.server_default, column.nullable)


def of_known(live: Any, model: Any, nullable: bool | None) -> WhenOmitted | None:
    """Return the value of a column with the default ``live`` where the models have ``model``."""
    if isinstance(live, Computed):
        return WhenOmitted.COMPUTED
    if isinstance(model, Computed) or nullable is None:
        return None
    if isinstance(live, Identity):
        takes_values = not live.always or (isinstance(model, Identity) and model.always)
        return WhenOmitted.DISTINCT if takes_values else None
    return _of_default(live, nullable)


def of_parts(live: Mapping[str, str], model: Mapping[str, str] | None) -> WhenOmitted | None:
    """Return the value of a column as a catalog has it, where the models have ``model``, or no such column."""
    if live.get("generated"):
        return WhenOmitted.COMPUTED
    if model and model.get("generated"):
        return None
    if identity := live.get("identity"):
        theirs = "always" if model is None else model.get("identity", "")
        takes_values = not identity.startswith("always") or theirs.startswith("always")
        return WhenOmitted.DISTINCT if takes_values else None
    return _of_default(live.get("default"), live.get("nullable") == "yes")


def default_text(default: Any) -> str | None:
    """Return a default as the database writes it."""
    default = getattr(default, "arg", default)
    if default is None or default is False:
        return None
    return str(getattr(default, "text", default))


def _of_default(default: Any, nullable: bool | None) -> WhenOmitted:
    text = default_text(default)
    if text is None or _NULL.fullmatch(text):
        return WhenOmitted.NULL if nullable else WhenOmitted.NOTHING
    return WhenOmitted.DISTINCT if _DISTINCT.search(text) else WhenOmitted.DEFAULT
