"""The verdict of a check, as a diff: by table and by the layers that do not agree, each with its fix."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from bootctl.cli.reports import told
from bootctl.cli.reports.words import Part, compared
from bootctl.cli.screens import canvas
from bootctl.database.state import Difference
from bootctl.verify.policy import Verdict

_LABEL = len("fix, destructive")
"""All labels are as wide: what stands beside them is one column."""
_LONGEST = 20
"""A label, of what is told about the verdict as a whole."""


def render(verdict: Verdict) -> RenderableType:
    """Return the differences of each table, after the verdict in a line."""
    verdict = told.readable(verdict)
    sign = "good" if verdict.clean else "bad"
    title = canvas.text(told.title(verdict), "bold green" if verdict.clean else "bold red")
    parts: list[RenderableType] = [Text(""), canvas.joined(canvas.glyph(sign), title)]
    for table, found in told.by_table(verdict.differences).items():
        parts += [
            Text(""),
            Rule(canvas.text(table, "bold"), align="left", style="dim"),
            *_table(found),
        ]
    return Group(*parts, *_rest(verdict), Text(""))


def _table(found: list[Difference]) -> Iterator[RenderableType]:
    ordered = sorted(found, key=told.layers)
    for layers, items in groupby(ordered, told.layers):
        yield Padding(canvas.text(layers, "dim"), (0, 0, 0, 2))
        yield from map(_difference, items)


def _difference(item: Difference) -> RenderableType:
    detail = canvas.text(f"({item.detail})", "dim") if item.detail else None
    kind, name = canvas.text(item.kind, "yellow"), canvas.text(item.name, "bold")
    head = Padding(canvas.joined(kind, name, detail), (0, 0, 0, 2))
    place = canvas.text(item.place, "cyan") if item.place else None
    rows = ((label.ljust(_LABEL), said) for label, said in _details(item, place))
    return Group(head, canvas.labelled(rows, indent=4))


def _details(item: Difference, place: Text | None) -> Iterator[tuple[str, Text | None]]:
    yield told.place_title(item), place
    if told.has_definitions(item):
        live, expected = _sides(item)
        yield "- live", live
        yield "+ expected", expected
    yield "changed after", canvas.text(item.since) if item.since else None
    if item.fix:
        destructive = "yellow" if item.destructive else ""
        yield told.fix_title(item), canvas.text("\n".join(item.fix), destructive)


def _sides(item: Difference) -> tuple[Text, Text]:
    """Return what there is and what there should be; where both are known, the words that differ stand out."""
    if not (item.expected and item.live):
        return canvas.text(told.live(item), "red"), canvas.text(told.expected(item), "green")
    expected, live = compared(item.expected, item.live)
    return _marked(live, "red"), _marked(expected, "green")


def _marked(parts: list[Part], style: str) -> Text:
    return Text.assemble(
        *(
            canvas.text(words, f"bold underline {style}" if differs else style)
            for words, differs in parts
        )
    )


def _rest(verdict: Verdict) -> Iterator[RenderableType]:
    lines = [*told.accepted(verdict), *told.coverage(verdict), *told.risks(verdict)]
    if lines:
        yield Text("")
    for is_labelled, found in groupby(lines, _is_labelled):
        if is_labelled:
            parts = (line.partition(": ") for line in found)
            yield canvas.labelled((label, canvas.text(said)) for label, _, said in parts)
        else:
            yield from (Padding(canvas.text(line, "dim"), (0, 0, 0, 2)) for line in found)


def _is_labelled(line: str) -> bool:
    label, colon, _ = line.partition(": ")
    return bool(colon) and len(label) < _LONGEST
