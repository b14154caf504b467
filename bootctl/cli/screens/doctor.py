"""What ``doctor`` has found: an area after the other, what is wrong in colour, with what mends it."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootctl.cli.reports.doctor import summary
from bootctl.cli.screens import canvas

_SIGNS = {"ok": "good", "note": "todo", "warning": "warn", "error": "bad"}


def render(page: Mapping[str, Any]) -> RenderableType:
    """Return a part for each area, and how much is wrong."""
    parts = [
        part
        for area, items in groupby(page["findings"], itemgetter("area"))
        for part in (Text(""), canvas.text(area, "bold"), _area([*items]))
    ]
    return Group(*parts, Text(""), _summary(page), Text(""))


def _area(items: list[Mapping[str, Any]]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for sign, said in _rows(items):
        grid.add_row(sign, said)
    return grid


def _rows(items: list[Mapping[str, Any]]) -> Iterator[tuple[Text, Text]]:
    for item in items:
        sign = canvas.glyph(_SIGNS[item["severity"]])
        is_good = item["severity"] == "ok"
        yield Text(" ").append(sign), canvas.text(item["what"], "" if is_good else str(sign.style))
        if item["mend"]:
            yield Text(""), canvas.sentence(item["mend"])


def _summary(page: Mapping[str, Any]) -> Text:
    sign = "bad" if page["exit_code"] else "warn" if page["counts"]["warning"] else "good"
    return canvas.joined(canvas.glyph(sign), canvas.text(summary(dict(page)), "bold"))
