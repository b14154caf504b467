"""What a command prints with ``--tenants``: a line for each that was not as it was verified before."""

from collections.abc import Iterator, Mapping
from typing import Any

from bootctl.boot.tenants.task import Task


def text(document: Mapping[str, Any], task: Task) -> str:
    """Return the table, what each failure says, and how many there are of each state."""
    shown = [item for item in document["tenants"] if item["state"] != task.at_head]
    headings = ("tenant", "code", "state", task.told, "seconds")
    rows = [headings, *(_cells(item, task.told) for item in shown)] if shown else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *_failures(shown), document["summary"]])


def _cells(item: Mapping[str, Any], told: str) -> tuple[str, ...]:
    code = "-" if item["exit_code"] is None else str(item["exit_code"])
    revisions = ", ".join(item[told]) or "-"
    return item["tenant"], code, item["state"], revisions, f"{item['duration_ms'] / 1000:.1f}"


def _failures(shown: list[Mapping[str, Any]]) -> Iterator[str]:
    for item in shown:
        if item["message"]:
            yield f"{item['tenant']}: {item['message']}"
