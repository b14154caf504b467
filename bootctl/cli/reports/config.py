"""Every setting, its value and where it came from, for a person."""

from collections.abc import Mapping
from typing import Any

from bootctl.cli.reports.cells import flat


def text(table: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what ``bootctl config`` prints: a line for each setting."""
    rows = table.items()
    return "\n".join(f"{key:<26} {flat(row['value']):<32} {row['source']}" for key, row in rows)
