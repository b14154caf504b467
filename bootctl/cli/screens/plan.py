"""What ``migrate`` would apply, and what that puts at risk."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootctl.cli.screens import canvas


def render(plan: Mapping[str, Any]) -> RenderableType:
    """Return a row for each pending revision; the log tells each risk in full."""
    pending = plan["pending"]
    if not pending:
        return canvas.joined(canvas.glyph("good"), canvas.text("nothing pending", "bold green"))
    title = canvas.text(f"{canvas.count(len(pending), 'migration')} pending", "bold")
    them = "it" if len(pending) == 1 else "them"
    todo = canvas.sentence(
        f"`bootctl migrate` applies {them}, `bootctl migrate --sql` prints {them}"
    )
    return Group(
        Text(""),
        canvas.joined(canvas.glyph("todo"), title),
        _table(plan),
        Text(""),
        canvas.labelled([("next", todo)]),
        Text(""),
    )


def _table(plan: Mapping[str, Any]) -> Table:
    names = ["", "revision", "summary", "file", *(["risk"] if plan["risks"] else [])]
    table = canvas.table(*names)
    for number, item in enumerate(plan["pending"], start=1):
        kinds = dict.fromkeys(
            risk["kind"] for risk in plan["risks"] if risk["revision"] == item["revision"]
        )
        cells = [canvas.text(item[key]) for key in ("revision", "summary", "file")]
        cells[2].stylize("dim")
        risk = [canvas.text(", ".join(kinds), "yellow")] if plan["risks"] else []
        table.add_row(canvas.text(f"{number:>3}", "dim"), *cells, *risk)
    return table
