"""What ``resolve`` is about to do: the matter, the statements, and the database before and after."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from bootctl.cli.screens import canvas
from bootctl.ledger.wording import brief


def render(shown: Mapping[str, Any]) -> RenderableType:
    """Return a part for each database."""
    if not shown["databases"]:
        said = f"nothing to resolve of {shown['revision']}"
        return canvas.joined(canvas.glyph("good"), canvas.text(said, "bold green"))
    return Group(*(_database(shown["way"], item) for item in shown["databases"]))


def _database(way: str, item: Mapping[str, Any]) -> RenderableType:
    head = canvas.joined(canvas.glyph("todo"), canvas.text(f"{way} {item['revision']}", "bold"))
    notes = "\n".join(item["notes"])
    rows = [
        ("database", canvas.text(item["target"])),
        ("found", canvas.text(item["found"])),
        ("before", canvas.text(item["before"])),
        ("execute", canvas.text("\n".join(map(brief, item["statements"])), "cyan")),
        ("after", canvas.text(item["after"])),
        ("note", canvas.text(notes, "yellow") if notes else None),
    ]
    return Group(Text(""), head, canvas.labelled(rows), Text(""))
