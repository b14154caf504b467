"""The backend, and what speaks for it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType

from bootctl.cli.screens import canvas


def render(found: Mapping[str, Any]) -> RenderableType:
    """Return the backend, and a line for each piece of evidence."""
    backend = canvas.text(found["backend"], "bold green")
    rows = [(item["backend"], canvas.text(item["what"])) for item in found["evidence"]]
    return Group(canvas.joined(canvas.glyph("good"), backend), canvas.labelled(rows))
