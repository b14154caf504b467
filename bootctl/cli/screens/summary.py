"""How an upgrade has ended, in one line."""

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from bootctl.cli.screens import canvas


def render(line: Mapping[str, Any], applied: int) -> RenderableType:
    """Return what was done, and where the database is now."""
    done = f"{canvas.count(applied, 'migration')} applied" if applied else "nothing pending"
    return canvas.dotted(
        canvas.joined(canvas.glyph("good"), canvas.text(done, "bold green")),
        canvas.text(line["message"]),
        canvas.text(canvas.duration(line["duration_ms"]), "dim"),
    )
