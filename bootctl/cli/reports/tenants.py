"""What ``migrate --tenants`` prints: a line for each tenant that was not as it was verified before."""

from collections.abc import Iterator, Mapping
from typing import Any

_HEADINGS = ("tenant", "code", "state", "applied", "seconds")


def text(document: Mapping[str, Any]) -> str:
    """Return the table, what each failure says, and how many there are of each state."""
    shown = [item for item in document["tenants"] if item["state"] != "at head"]
    rows = [_HEADINGS, *map(_cells, shown)] if shown else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *_failures(shown), document["summary"]])


def _cells(item: Mapping[str, Any]) -> tuple[str, ...]:
    code = "-" if item["exit_code"] is None else str(item["exit_code"])
    applied = ", ".join(item["applied"]) or "-"
    return item["tenant"], code, item["state"], applied, f"{item['duration_ms'] / 1000:.1f}"


def _failures(shown: list[Mapping[str, Any]]) -> Iterator[str]:
    for item in shown:
        if item["message"]:
            yield f"{item['tenant']}: {item['message']}"
