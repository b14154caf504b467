"""What all screens are drawn with: the sixteen colours of every terminal, and ASCII where there is no more."""

from collections.abc import Iterable
from functools import cache
from io import StringIO
from typing import Any

from rich.box import HORIZONTALS, SIMPLE_HEAD, Box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bootctl.output import display, printable
from bootctl.output.stopwatch import spoken

_MOST_COLUMNS = 120
"""Longer lines are hard to read."""
_GLYPHS = {
    "good": ("✓", "+"),
    "bad": ("✗", "x"),
    "warn": ("▲", "!"),
    "todo": ("○", "o"),
    "here": ("●", "*"),
    "dot": ("·", "-"),
    "more": ("…", "..."),
}
_FRAMES = ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\")
_STYLES = {"good": "green", "bad": "red", "warn": "yellow", "todo": "cyan", "here": "green"}
_TYPED = r"`[^`\n]+`|\bBOOTCTL__\w+(?:=\S*[^\s.,;])?"
"""What is to be typed, or put into an environment."""


class _Utf8(StringIO):
    encoding = "utf-8"


class _Ascii(StringIO):
    encoding = "ascii"


def rendered(what: RenderableType, descriptor: int = 1) -> str:
    """Return it as text for a terminal, without a line break at the end."""
    columns = min(display.size(descriptor)[0] - 1, _MOST_COLUMNS)
    console = Console(
        file=_Ascii() if is_ascii() else _Utf8(),
        width=columns,
        height=1000,
        color_system="standard" if display.has_colours() else None,
        force_terminal=True,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    with console.capture() as captured:
        console.print(what)
    return captured.get().removesuffix("\n")


@cache
def is_ascii() -> bool:
    """Return whether nothing else may be drawn."""
    return display.is_ascii()


def glyph(name: str) -> Text:
    """Return a sign with its colour."""
    return Text(_GLYPHS[name][is_ascii()], style=_STYLES.get(name, ""))


def frame(number: int) -> str:
    """Return one picture of what turns while something runs."""
    frames = _FRAMES[is_ascii()]
    return frames[number % len(frames)]


def text(value: Any, style: str = "") -> Text:
    """Return ``value`` so that it can only be read; its line breaks stay."""
    clean = printable.lines(str(value))
    if is_ascii():
        clean = clean.encode("ascii", "backslashreplace").decode()
    return Text(clean, style=style)


def sentence(value: str) -> Text:
    """Return sentences in which commands and settings stand out."""
    made = text(value)
    made.highlight_regex(_TYPED, "bold cyan")
    return made


def joined(*parts: Text | str | None, between: str = " ") -> Text:
    """Return the parts that are there, one after the other."""
    return Text(between).join(
        [text(part) if isinstance(part, str) else part for part in parts if part]
    )


def dotted(*parts: Text | str | None) -> Text:
    """Return the parts that are there with a dot between each two."""
    return joined(*parts, between=f" {_GLYPHS['dot'][is_ascii()]} ")


def labelled(rows: Iterable[tuple[str, Text | None]], indent: int = 2) -> Table:
    """Return texts that stand beside their labels, as far as they are there; each wraps by itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        if value is not None:
            grid.add_row(Text(f"{' ' * indent}{label}", style="dim"), value)
    return grid


def table(*names: str) -> Table:
    """Return a table with a line below its heads; what does not fit into a cell goes on below."""
    made = Table(box=_lines(SIMPLE_HEAD), pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for name in names:
        made.add_column(name, overflow="fold", header_style="dim")
    return made


def panel(title: Text, *parts: RenderableType, style: str) -> Panel:
    """Return parts between two lines: at their sides is nothing that would be copied with them."""
    return Panel(
        Group(*parts), title=title, title_align="left", box=_lines(HORIZONTALS), border_style=style
    )


def _lines(box: Box) -> Box:
    """Return a box, which has nothing but horizontal lines, as this terminal can show it."""
    return Box(str(box).replace("─", "-"), ascii=True) if is_ascii() else box


def count(number: int, what: str) -> str:
    """Return how many there are, such as ``2 migrations``."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def duration(ms: int) -> str:
    """Return a duration that is drawn again and again: below a second it has no other unit."""
    return f"{ms / 1000:.1f} s" if ms < 1_000 else spoken(ms)
