"""What is on a terminal, as text and as a picture that is the same at each run."""

import re
from io import StringIO

_ERASED = re.compile(r"\x1b\[(\d+)F\x1b\[J")
_STABLE = (
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?", "2026-11-29T08:30:00"),
    (r"\d+ ms", "8 ms"),
    (r"\d+\.\d s", "1.2 s"),
    (r"bootctl_[0-9a-f]{12}", "notes_of_the_service"),
    (r"////\S*/notes\.db", "////srv/notes.db"),
    (r"//\w+@127\.0\.0\.1:\d+/", "//root@127.0.0.1:5432/"),
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:15432"),
    (r"'127\.0\.0\.1', \d{5}", "'127.0.0.1', 15432"),
    (r"\d+ attempts", "22 attempts"),
    (r"pid \d+", "pid 4711"),
    (r"for \d+ s", "for 2 s"),
    (r"[\u2800-\u28ff]", "\u280b"),
)
"""What is another at each run, and what it is in the pictures."""


def settled(written: str) -> str:
    """What is on a terminal, with its colours, once all was written there."""
    lines = [""]
    position = 0
    for found in _ERASED.finditer(written):
        lines = (("\n".join(lines)) + written[position : found.start()]).split("\n")
        lines = [*lines[: -int(found[1]) - 1], ""]
        position = found.end()
    return ("\n".join(lines) + written[position:]).replace("\r", "")


def svg(written: str, title: str, columns: int) -> str:
    """The same as a picture, without what is another at each run."""
    from rich.console import Console
    from rich.text import Text

    text = settled(written)
    for pattern, stable in _STABLE:
        text = re.sub(pattern, stable, text)
    console = Console(
        record=True,
        width=columns,
        file=StringIO(),
        force_terminal=True,
        color_system="standard",
        _environ={},
    )
    console.print(Text.from_ansi(text.strip("\n")))
    return console.export_svg(title=title, unique_id="screen", code_format=_format())


def _format() -> str:
    """rich's page without the fonts that it would load from elsewhere."""
    from rich._export_format import CONSOLE_SVG_FORMAT

    return re.sub(r"(?s)    @font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT)
