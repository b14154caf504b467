"""Where the databases stand relative to the code."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from bootctl.cli.screens import canvas, failure
from bootctl.database.state import Direction

_MEANS = {
    Direction.FRESH: ("todo", "no migration was applied yet"),
    Direction.BEHIND: ("todo", "migrations are pending"),
    Direction.AT_HEAD: ("good", "nothing pending"),
    Direction.AHEAD: ("warn", "it knows revisions that this code does not"),
    Direction.DIVERGED: ("bad", "it knows revisions that this code does not, and lacks others"),
    Direction.DIRTY: ("bad", "a migration is half applied, or applied and not recorded"),
}
_NEXT = {
    Direction.FRESH: "`bootctl migrate`",
    Direction.BEHIND: "`bootctl migrate`",
    Direction.AHEAD: "deploy the image that has these migrations",
    Direction.DIVERGED: "deploy the image that has these migrations, or restore their files",
}
_APPLIED_SHOWN = 5


def render(status: Mapping[str, Any]) -> RenderableType:
    """Return a part for each database: where it stands, its revisions, and what to do next."""
    heads = status["heads"]
    parts = [_database(item, status["backend"], heads) for item in status["databases"]]
    return Group(*parts) if parts else canvas.text("no database was found", "yellow")


def _database(database: Mapping[str, Any], backend: str, heads: Sequence[str]) -> RenderableType:
    direction = Direction(database["direction"])
    sign, means = _MEANS[direction]
    style = str(canvas.glyph(sign).style)
    head = canvas.joined(canvas.glyph(sign), canvas.text(direction, f"bold {style}"))
    lock = canvas.text(f"held by {database['lock']}", "yellow") if database["lock"] else None
    rows = [
        ("database", canvas.text(database["target"])),
        ("backend", canvas.text(backend)),
        ("at", canvas.text(", ".join(database["current"]) or "no revision")),
        ("head", canvas.text(", ".join(heads) or "no revision")),
        ("lock", lock or canvas.text("free")),
        ("reason", canvas.text(database["reason"]) if database["reason"] else None),
    ]
    return Group(
        Text(""),
        canvas.dotted(head, canvas.text(means)),
        canvas.labelled(rows),
        Text(""),
        _revisions(database, heads),
        *_ways(database, direction),
        Text(""),
    )


def _revisions(database: Mapping[str, Any], heads: Sequence[str]) -> RenderableType:
    table = canvas.table("", "revision", "state", "note")
    for sign, revision, state, note in _rows(database, heads):
        table.add_row(Text(" ").append(sign), canvas.text(revision), state, note)
    return table if table.row_count else canvas.text("  no revisions", "dim")


def _rows(
    database: Mapping[str, Any], heads: Sequence[str]
) -> Iterator[tuple[Text, str, Text, Text]]:
    changed = {
        item["revision"]: f"{key}: {item['file']}, applied {item['applied_at']}"
        for key in ("edited", "vanished")
        for item in database[key]
    }
    applied, hidden = database["applied"], max(0, len(database["applied"]) - _APPLIED_SHOWN)
    if hidden:
        earlier = canvas.text(f"{hidden} applied before", "dim")
        yield canvas.glyph("more"), "", earlier, Text("")
    states = [(item, "good", "applied") for item in applied[hidden:]]
    states += [(item, "warn", "not in this code") for item in database["unknown"]]
    states += [_pending(database, item) for item in database["pending"]]
    for revision, sign, state in states:
        marks = ["the database is here"] * (revision in database["current"])
        marks += ["head"] * (revision in heads)
        note = canvas.dotted(*marks, canvas.text(changed.get(revision, ""), "yellow"))
        style = str(canvas.glyph(sign).style)
        yield canvas.glyph(sign), revision, canvas.text(state, style), note


def _pending(database: Mapping[str, Any], revision: str) -> tuple[str, str, str]:
    """Return how it is shown: a database is dirty by the first, where it is."""
    is_dirty = database["direction"] == Direction.DIRTY and revision == database["pending"][0]
    return (revision, "bad", "dirty") if is_dirty else (revision, "todo", "pending")


def _ways(database: Mapping[str, Any], direction: Direction) -> Iterator[RenderableType]:
    todo = failure.after(database) or _NEXT.get(direction)
    if todo:
        yield Text("")
        yield canvas.labelled([*failure.ways_out(database), ("next", canvas.sentence(todo))])
