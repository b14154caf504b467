"""What is waited for, what names it, and what is left out."""

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from bootctl.cli.screens import canvas


def render(listed: Mapping[str, Any]) -> RenderableType:
    """Return a row for each dependency."""
    if not (listed["targets"] or listed["skipped"]):
        return canvas.joined(canvas.glyph("good"), "nothing to wait for")
    table = canvas.table("", "dependency", "named by", "ready is")
    for item in listed["targets"]:
        cells = [canvas.text(item[key]) for key in ("target", "source", "depth")]
        table.add_row(canvas.glyph("todo"), *cells)
    for item in listed["skipped"]:
        reason = canvas.text(f"not waited for: {item['reason']}", "dim")
        table.add_row(
            canvas.glyph("dot"), canvas.text(item["name"], "dim"), reason, canvas.text("")
        )
    return table
