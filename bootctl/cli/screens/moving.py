"""The parts of what is drawn again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bootctl.cli.screens import canvas
from bootctl.output.screen import Waiting
from bootctl.output.stopwatch import Stopwatch

_DOES = {
    "settings": "reading the settings",
    "detect": "looking for the ORM",
    "wait": "waiting for what the service needs",
    "inspect": "reading where the database stands",
    "lock": "waiting for the migration lock",
    "migrate": "applying migrations",
    "verify": "comparing the schema with the models",
    "exec": "looking for the server",
}
_MOST = 6
"""So many migrations are drawn, the last ones."""
_SIGNS = {"ready": "good", "refused": "bad", "not ready": "todo"}


@dataclass
class Migration:
    """One that was begun."""

    name: str
    statements: int = 0
    does: str = ""
    """What the statement that runs does, as the server tells."""
    watch: Stopwatch = field(default_factory=Stopwatch)


def stage(sign: str, name: str, ms: int, waits_for: str = "") -> Text:
    """Return a line for what runs."""
    held = _waits_for(waits_for) if waits_for else None
    does = canvas.joined(canvas.text(sign, "cyan"), canvas.text(name, "bold"), _DOES.get(name, ""))
    return canvas.dotted(does, canvas.text(canvas.duration(ms), "dim"), held)


def migrations(found: Sequence[Migration], total: int, waits_for: str) -> RenderableType:
    """Return a row for each migration that was executed, and for the one that is; none is committed yet."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for _ in range(2):
        table.add_column(no_wrap=True, justify="right")
    first = max(0, len(found) - _MOST)
    for number, item in enumerate(found[first:], start=first + 1):
        runs = number == len(found)
        style = "bold" if runs else "dim"
        place = f"  {number} of {max(total, number)}"
        name = canvas.text(item.name, style)
        if runs and item.does:
            name = canvas.joined(name, canvas.text(item.does, "cyan"), between="\n")
        if runs and waits_for and "waits for" not in item.does:
            name = canvas.joined(name, _waits_for(waits_for), between="\n")
        done = [canvas.duration(item.watch.ms), canvas.count(item.statements, "statement")]
        table.add_row(canvas.text(place, style), name, *(canvas.text(cell, style) for cell in done))
    return table


def waits(found: Sequence[Waiting]) -> RenderableType:
    """Return a row for each dependency."""
    table = canvas.table("", "dependency", "state", "attempts", "time")
    for item in found:
        state = canvas.text(item.state, str(canvas.glyph(_SIGNS[item.state]).style))
        target = canvas.text(item.target)
        if item.said and item.attempts:
            said = canvas.text(f"{item.cause}: {item.said}", "dim")
            target = canvas.joined(target, said, between="\n")
        numbers = [canvas.text(item.attempts), canvas.text(canvas.duration(item.ms))]
        table.add_row(canvas.glyph(_SIGNS[item.state]), target, state, *numbers)
    return table


def _waits_for(whom: str) -> Text:
    return canvas.text(f"waits for {whom}", "yellow")
