"""Every setting: what was changed stands out."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType

from bootctl.cli.reports.cells import flat
from bootctl.cli.screens import canvas


def render(settings: Mapping[str, Mapping[str, Any]]) -> RenderableType:
    """Return a row for each setting, and how many are not as they are by default."""
    table = canvas.table("", "setting", "value", "from")
    changed = 0
    for key, row in settings.items():
        is_set = row["source"] != "default"
        changed += is_set
        style = "bold" if is_set else "dim"
        sign = canvas.glyph("here") if is_set else canvas.text(" ")
        source = canvas.text(row["source"], "cyan" if is_set else "dim")
        table.add_row(sign, canvas.text(key, style), canvas.text(flat(row["value"]), style), source)
    total = f"{changed} of {canvas.count(len(settings), 'setting')} changed"
    return Group(table, canvas.text(f"\n{total}", "bold" if changed else "dim"))
