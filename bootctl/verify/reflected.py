"""Columns as a database describes them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Computed, Identity, literal_column


def column(described: Any, primary: Collection[str] = ()) -> Column[Any]:
    """Return the column that an inspector has ``described``; ``primary`` names those of the key."""
    name, computed, default = described["name"], described.get("computed"), described.get("default")
    identity = [Identity(**described["identity"])] if described.get("identity") else []
    return Column(
        name,
        described["type"],
        *([Computed(**computed)] if computed else identity),
        nullable=described["nullable"],
        # A text() would take ``:name`` in a quoted default for a parameter.
        server_default=None if computed or default is None else literal_column(default),
        primary_key=name in primary,
        autoincrement=described.get("autoincrement", "auto"),
    )
