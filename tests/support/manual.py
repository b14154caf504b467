"""The manual as text: its pages, what they name, and the commands that they show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import docs
from tests.support.paths import ENTRYPOINTS, ROOT, SERVICES

PAGES = (
    *docs.PAGES,
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md")),
    *sorted(ENTRYPOINTS.rglob("*.md")),
    *sorted(SERVICES.rglob("*.md")),
)
"""Every page whose commands, names and links are checked."""

_FENCE = re.compile(
    r"(?:^ *<!-- (?P<mark>(?:not )?run\b[^>]*?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PLACE = re.compile(r"run in ([\w -]+?)(?:, exit (\d+))?$")


@dataclass(frozen=True)
class Command:
    """A command as a page shows it, and the lines that are shown below it."""

    line: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """What stands in a fence, and the comment above that says whether it is run."""

    page: Path
    mark: str
    language: str
    text: str

    @property
    def place(self) -> str:
        """The project that its commands are run in; empty where they are not."""
        found = _PLACE.match(self.mark)
        return found[1] if found else ""

    @property
    def code(self) -> int:
        """What the last of its commands ends with."""
        found = _PLACE.match(self.mark)
        return int(found[2] or 0) if found else 0

    @property
    def reason(self) -> str:
        """Why its commands are not run."""
        return self.mark.removeprefix("not run: ") if self.mark.startswith("not run: ") else ""

    def commands(self) -> list[Command]:
        """What follows a ``$``, with the output that is shown."""
        commands: list[Command] = []
        for line in self.text.replace("\\\n", " ").splitlines():
            if line.lstrip().startswith("$ "):
                commands.append(Command(line.lstrip()[2:], ()))
            elif commands:
                last = commands.pop()
                commands.append(Command(last.line, (*last.shown, line)))
        return commands


def name(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    """The fences of a page, in order."""
    return [
        Block(page, found["mark"] or "", found["language"], found["text"])
        for found in _FENCE.finditer(page.read_text())
    ]


def prose(page: Path) -> str:
    """A page without its fences."""
    return _FENCE.sub("", page.read_text())


def codes(page: Path) -> Iterator[str]:
    """What stands between backticks in a page's prose, on one line each."""
    for found in _CODE.finditer(prose(page)):
        yield re.sub(r"\s+", " ", found[2]).strip()


def links(page: Path) -> Iterator[str]:
    """Where a page's links and pictures lead."""
    for found in _LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page))):
        yield found[1]


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub and mkdocs both write them in a link."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose(page))
    return {
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings
    }
