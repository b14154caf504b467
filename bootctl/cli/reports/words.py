"""Which words of two texts are not the same."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_WORDS = re.compile(r"\w+|\s+|.")
_LINES = re.compile(r".+|\n+")
_LONG = 4000
"""Of longer texts, lines are compared: the time grows with the square."""

Part = tuple[str, bool]
"""A piece of a text, and whether the other text has it otherwise."""


def compared(expected: str, live: str) -> tuple[list[Part], list[Part]]:
    """Return the pieces of both; joined, they are the two texts."""
    pattern = _WORDS if max(len(expected), len(live)) < _LONG else _LINES
    ours, theirs = pattern.findall(expected), pattern.findall(live)
    codes = SequenceMatcher(None, ours, theirs).get_opcodes()
    return (
        list(_parts(ours, ((tag, a, b) for tag, a, b, _, _ in codes))),
        list(_parts(theirs, ((tag, a, b) for tag, _, _, a, b in codes))),
    )


def _parts(words: list[str], spans: Iterator[tuple[str, int, int]]) -> Iterator[Part]:
    for tag, start, end in spans:
        if start < end:
            yield "".join(words[start:end]), tag != "equal"
