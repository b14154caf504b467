"""Ten migrations of one small schema, one of each sort, and the models of each moment.

A line of models may end in ``# from STEP``, ``# until STEP`` or both: it is there only then. Where
that is all of a block's first line, the whole block is; two empty lines part blocks.
"""

import re
from typing import Protocol

STEPS = (
    "create",
    "add",
    "alter",
    "rename",
    "many_to_many",
    "index",
    "unique",
    "foreign_key",
    "data",
    "drop",
)

_WHEN = re.compile(r"(?:^|  )# (?:from (?P<since>\w+))?\s*(?:until (?P<until>\w+))?$")

DATA = "UPDATE users SET handle = 'none' WHERE handle IS NULL"
"""What the data migration does."""


class Chain(Protocol):
    """A project whose next migration can be made."""

    def make(self, step: str) -> str:
        """Write the models of ``step``, have the migration made, and return its revision."""


def models_at(step: str, models: str) -> str:
    """The parts of ``models`` that are there once ``step`` is done."""
    now = STEPS.index(step)
    blocks = (block.splitlines() for block in models.split("\n\n\n"))
    kept = (_lines(now, lines) for lines in blocks if _is_there(now, lines[0]))
    return "\n\n\n".join(kept) + "\n"


def _lines(now: int, lines: list[str]) -> str:
    return "\n".join(_WHEN.sub("", line) for line in lines if _is_there(now, line))


def _is_there(now: int, line: str) -> bool:
    when = _WHEN.search(line)
    if not when:
        return True
    since, until = when["since"], when["until"]
    return (not since or STEPS.index(since) <= now) and (not until or now < STEPS.index(until))
