"""How a command failed: what, where, what to do next, and the exit code with where it is explained."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bootctl.cli.screens import canvas
from bootctl.errors import ExitCode

_EXPLAINED = 'README.md, "Exit codes"'
_PLACES = ("target", "file", "revision", "key", "command")
"""Fields that say where it is."""
_MOST = 20
"""So many differences are listed."""


def render(line: Mapping[str, Any], brief: str = "", *, listed: bool = False) -> RenderableType:
    """Return the verdict of a failed command as a panel.

    ``brief`` is what it says without naming differences; ``listed``: a result has named them.
    """
    code = int(line["exit_code"])
    found = list(line.get("differences", ())) if brief else []
    what = f"{brief}: {canvas.count(len(found), 'difference')}"
    rows = [
        ("what", canvas.text(what if found else line["message"], "bold")),
        ("", _listed(found) if found and not listed else None),
        ("where", _where(line)),
        *ways_out(line),
        ("next", canvas.sentence(_next(line))),
        ("exit", _code(code)),
        ("see", canvas.text(_EXPLAINED)),
    ]
    details = [canvas.text(line["traceback"], "dim")] if "traceback" in line else []
    return Panel(
        Group(canvas.labelled(rows, indent=0), *details),
        title=canvas.joined(canvas.glyph("bad"), canvas.text(f"failed: exit {code}", "bold red")),
        title_align="left",
        box=box.HORIZONTALS,
        border_style="red",
    )


def ways_out(line: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """Return what leads out of a dirty database, each way with its statements below each other."""
    return [
        (key, canvas.text("\n".join(line[key]))) for key in ("forward", "back") if line.get(key)
    ]


def after(ways: Sequence[object]) -> str:
    """Return what to do where there are such ways out."""
    return f"Execute {'one of the two' if len(ways) > 1 else 'that'}, then start again."


def _next(line: Mapping[str, Any]) -> str:
    ways = ways_out(line)
    return after(ways) if ways else str(line["hint"])


def _listed(found: Sequence[str]) -> Text:
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return canvas.text("\n".join([*found[:_MOST], *more]))


def _where(line: Mapping[str, Any]) -> Text:
    places = [
        line[key] for key in _PLACES if line.get(key) and str(line[key]) not in line["message"]
    ]
    return canvas.dotted(f"stage {line['stage']}", *map(str, places))


def _code(code: int) -> Text:
    with suppress(ValueError):
        known = ExitCode(code)
        again = "retrying can help" if known.retryable else "retrying does not help"
        return canvas.dotted(f"{code}", canvas.text(known.meaning), again)
    return canvas.dotted(f"{code}", "ended by a signal")
