"""How a command failed: what, where, what to do next, and the exit code with where it is explained."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from bootctl.cli.screens import canvas
from bootctl.database.state import Direction
from bootctl.database.url import MASK
from bootctl.errors import ExitCode
from bootctl.ledger.wording import brief, by_hand

_EXPLAINED = "`bootctl help {code}`; docs/reference/exit-codes.md"
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
        ("next", canvas.sentence(after(line) or line["hint"])),
        ("exit", _code(code)),
        ("see", canvas.sentence(_explained(code))),
    ]
    details = [canvas.text(line["traceback"], "dim")] if "traceback" in line else []
    title = canvas.joined(canvas.glyph("bad"), canvas.text(f"failed: exit {code}", "bold red"))
    return canvas.panel(title, canvas.labelled(rows, indent=0), *details, style="red")


def ways_out(line: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """Return what leads out of a dirty database, each way with its statements below each other."""
    return [
        (key, canvas.text("\n".join(map(brief, line[key]))))
        for key in ("forward", "back")
        if line.get(key)
    ]


def after(line: Mapping[str, Any]) -> str:
    """Return what to do with the ways out that ``line`` has, or by hand; empty where it is not dirty."""
    ways = [key for key in ("forward", "back") if line.get(key)]
    if not ways:
        is_dirty = line.get("direction") == Direction.DIRTY
        return f"{by_hand(line['pending'][0])} Then start again." if is_dirty else ""
    revision = line.get("revision") or line["pending"][0]
    commands = " or ".join(f"`bootctl resolve --{way} {revision}`" for way in ways)
    todo = f"{commands} does it. Or execute {'one of the two' if len(ways) > 1 else 'that'} by hand"
    masked = any(MASK in statement for way in ways for statement in line[way])
    secret = f", in place of {MASK} the secret that the file has there" * masked
    return f"{todo}{secret}. Then start again."


def _listed(found: Sequence[str]) -> Text:
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return canvas.text("\n".join([*found[:_MOST], *more]))


def _where(line: Mapping[str, Any]) -> Text:
    places = [
        line[key] for key in _PLACES if line.get(key) and str(line[key]) not in line["message"]
    ]
    return canvas.dotted(f"stage {line['stage']}", *map(str, places))


def _explained(code: int) -> str:
    return _EXPLAINED.format(code=code)


def _code(code: int) -> Text:
    with suppress(ValueError):
        known = ExitCode(code)
        again = "retrying can help" if known.retryable else "retrying does not help"
        return canvas.dotted(f"{code}", canvas.text(known.meaning), again)
    return canvas.dotted(f"{code}", "ended by a signal")
