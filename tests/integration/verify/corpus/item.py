"""Changes that somebody made by hand, and what each changes of the catalog, from files of SQL.

A file holds blocks: ``-- the name``, statements, and a line ``--> kind name: parts`` for each object
that is changed; ``added`` or ``removed`` for one that only one side has.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.objects import Catalog

_ENDED = re.compile(r";[ ]*$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """A change, or what only seems to be one."""

    name: str
    statements: tuple[str, ...]
    changed: dict[str, str]
    """Of each object that it changes, the parts."""


def statements(name: str) -> tuple[str, ...]:
    """The statements of a file of this folder, each of which ends with its line."""
    return _split((Path(__file__).parent / name).read_text())


def items(name: str) -> list[Item]:
    """The items of a file of this folder."""
    blocks = (Path(__file__).parent / name).read_text().strip().split("\n\n")
    return [_item(block) for block in blocks]


def _item(block: str) -> Item:
    title, _, rest = block.partition("\n")
    lines = rest.splitlines()
    expected = [line.removeprefix("--> ") for line in lines if line.startswith("--> ")]
    sql = "\n".join(line for line in lines if not line.startswith("--> "))
    pairs = (line.rpartition(": ") for line in expected)
    return Item(title.removeprefix("-- "), _split(sql), {name: parts for name, _, parts in pairs})


def _split(sql: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _ENDED.split(sql) if part.strip())


def described(expected: Catalog, live: Catalog) -> dict[str, str]:
    """What differs, as ``Item.changed`` has it; of a table that one side lacks, the table alone."""
    found = list(changes(expected, live))
    whole = {c.object.name for c in found if c.object.kind == "table" and _is_one_sided(c)}
    return {
        f"{change.object.kind} {change.object.name}": _parts(change)
        for change in found
        if change.object.table not in whole
    }


def _is_one_sided(change: Change) -> bool:
    return change.expected is None or change.live is None


def _parts(change: Change) -> str:
    if change.expected is None:
        return "added"
    return "removed" if change.live is None else ", ".join(change.parts)
