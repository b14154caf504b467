"""What a change of one object only adds, by its two definitions: a label, a privilege, a plain index."""

import re
from collections.abc import Sequence

from bootctl.database.state import Difference

_TEXT = r"'(?:[^'\\]|''|\\.)*'"
_LABELS = re.compile(rf"(?P<type>[^']*?)\s*\(?(?P<labels>{_TEXT}(?:\s*,\s*{_TEXT})*)\)?")


def is_plain_index(item: Difference) -> bool:
    """Return whether an index is known not to be unique, neither as it is nor as it should be."""
    if not item.kind.endswith(" index"):
        return False
    if item.binds is not None:
        return item.binds == ()
    sides = {"missing": [item.expected], "unexpected": [item.live]}
    needed = sides.get(item.kind.partition(" ")[0], [item.expected, item.live])
    return all(text and not _part(text, "unique") for text in needed)


def adds_labels(item: Difference) -> bool:
    """Return whether an enum has all of its labels in their order, and others."""
    if item.kind == "changed type":
        live, arrow, expected = item.detail.partition(" -> ")
    elif item.kind == "changed enum" and _parts(item.live) == _parts(item.expected):
        arrow = "->"
        live, expected = _part(item.live, "labels"), _part(item.expected, "labels")
    else:
        return False
    sides = [_LABELS.fullmatch(text) for text in (live, expected)]
    if not arrow or not all(sides):
        return False
    (one, here), (other, there) = ((side["type"], _split(side["labels"])) for side in sides if side)
    return one == other and here != there and _is_within(there, here)


def adds_privileges(item: Difference) -> bool:
    """Return whether a grant takes away no privilege."""
    if item.kind not in ("unexpected grant", "changed grant"):
        return False
    held = set(_part(item.live, "privileges").split(", "))
    before = _part(item.expected, "privileges") or _part(item.live, "default")
    return set(before.split(", ")) - {"", "none"} <= held


def _split(labels: str) -> list[str]:
    return re.findall(_TEXT, labels)


def _is_within(labels: Sequence[str], others: Sequence[str]) -> bool:
    left = iter(others)
    return all(label in left for label in labels)


def _part(definition: str, name: str) -> str:
    """Return one part of an object, as ``SchemaObject`` writes them; empty where it has none."""
    found = re.search(rf"(?m)^{name}: (.*)$", definition)
    return found[1] if found else ""


def _parts(definition: str) -> set[str]:
    """Return the lines of an enum's definition but its labels and its comment."""
    return {
        line for line in definition.splitlines() if not line.startswith(("labels:", "comment:"))
    }
