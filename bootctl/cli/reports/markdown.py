"""Markdown, for the summary of a job."""

from collections.abc import Iterator, Sequence

from bootctl.cli.reports import told
from bootctl.cli.reports.markup import markdown, text
from bootctl.database.state import Difference
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return a table of the differences, with the definitions and the fix of each folded in below it."""
    verdict = told.readable(verdict)
    parts = [f"### bootctl check: {markdown(told.title(verdict))}"]
    if verdict.differences:
        parts.append(_table(verdict.differences))
    for table, found in told.by_table(verdict.differences).items():
        parts += _folded(table, found)
    if verdict.accepted:
        parts.append(_list(told.accepted(verdict)))
    if lines := told.coverage(verdict) + told.risks(verdict):
        parts.append(_list(lines))
    return "\n\n".join(parts)


def _table(found: Sequence[Difference]) -> str:
    names = ["difference", "object", "detail", "layers", "wrong", "in the code"]
    rows = [
        [item.kind, item.name, item.detail, ", ".join(item.layers), item.wrong, item.place]
        for item in found
    ]
    if any(item.database for item in found):
        names.append("database")
        rows = [[*row, item.database] for row, item in zip(rows, found, strict=True)]
    lines = [names, ["---"] * len(names), *(map(markdown, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _folded(table: str, found: Sequence[Difference]) -> list[str]:
    blocks = [block for item in found for block in _blocks(item)]
    if not blocks:
        return []
    summary = f"<details>\n<summary>{markdown(table)}: definitions and fixes</summary>"
    return [summary, *blocks, "</details>"]


def _blocks(item: Difference) -> Iterator[str]:
    if not item.fix and not told.has_definitions(item):
        return
    yield f"**{markdown(str(item))}**"
    if told.has_definitions(item):
        yield from _block("expected", told.expected(item))
        yield from _block("live", told.live(item))
    if item.fix:
        yield from _block(told.fix_title(item), "\n".join(item.fix))


def _block(name: str, body: str) -> tuple[str, str]:
    # In <pre> a reference is read as one, unlike between fences; the body cannot end it.
    return f"{name}:", f"<pre>{text(body)}</pre>"


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {markdown(item)}" for item in items)
