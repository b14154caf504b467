"""The picture of the README: a bar for each pictured line of the record, and its peer's at 1."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from tests.bench.figures import Line

_WIDTH, _ROW, _TOP = 790, 19, 26
_LABEL, _VALUE = 420, 40
"""What is left of the bars, and right of them."""

_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.of { fill: #57606a }
.bar { fill: #1a7f6c }
.over { fill: #b35900 }
line { stroke: #57606a; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.of { fill: #9198a1 }
.bar { fill: #3fb8a0 }
.over { fill: #e0903c }
line { stroke: #9198a1 }
}"""


def drawn(lines: Sequence[Line], date: str) -> str:
    """The pictured ones of ``lines`` as an SVG, for a light background and for a dark one."""
    shown = [line for line in lines if line.pictured]
    scale = (_WIDTH - _LABEL - _VALUE) / max(1.0, *(line.ratio for line in shown), 1.0)
    rows = list(_rows(shown, scale))
    height, one = _TOP + _ROW * len(rows), round(_LABEL + scale)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        f'<title id="title">bootctl beside what it replaces, measured {escape(date)}</title>',
        f"<style>{_STYLE}</style>",
        '<text class="of" x="0" y="14">whole processes, as ratios: shorter is better</text>',
        f'<text class="of" x="{one}" y="14" text-anchor="middle">1</text>',
        f'<line x1="{one}" y1="19" x2="{one}" y2="{height}"/>',
        *rows,
        "</svg>\n",
    ]
    return "\n".join(parts)


def _rows(lines: Sequence[Line], scale: float) -> Iterator[str]:
    top = _TOP
    for scene, of_scene in groupby(lines, lambda line: line.scene):
        yield f'<text class="of" x="0" y="{top + 12}">{escape(scene)}</text>'
        for line in of_scene:
            top += _ROW
            yield _bar(line, top, scale)
        top += _ROW


def _bar(line: Line, top: int, scale: float) -> str:
    length = max(1, round(line.ratio * scale))
    kind = "bar" if line.ratio <= 1 else "over"
    return (
        f'<text x="12" y="{top + 12}">{escape(line.ours)} '
        f'<tspan class="of">/ {escape(line.peer)}</tspan></text>'
        f'<rect class="{kind}" x="{_LABEL}" y="{top + 1}" width="{length}" height="14" rx="2"/>'
        f'<text x="{_LABEL + length + 5}" y="{top + 12}">{line.ratio:.2f}</text>'
    )
