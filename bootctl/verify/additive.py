"""What a change of one object only adds, by its two definitions: a label, a privilege, a wider type."""

import re
from collections.abc import Collection, Iterable, Sequence

from bootctl.database.state import Difference

_TEXT = r"'(?:[^'\\]|''|\\.)*'"
_LABELS = re.compile(rf"(?P<type>[^']*?)\s*\(?(?P<labels>{_TEXT}(?:\s*,\s*{_TEXT})*)\)?")

_VARCHAR = re.compile(r"(?:varchar|character varying|nvarchar)(?:\((\d+)\))?", re.IGNORECASE)
_ANY_LENGTH = ("text", "varchar", "character varying")
"""Types of PostgreSQL's that take a text of any length."""
_TYPE = re.compile(
    r"(?P<name>[a-z ]+?)(?:\((?P<size>[\d, ]+)\))?(?P<sign> unsigned)?", re.IGNORECASE
)
_RISING = (
    ("tinyint", "smallint", "mediumint", "int", "bigint"),
    ("smallint", "integer", "bigint"),
    ("real", "double precision"),
    ("float", "double"),
    ("tinytext", "text", "mediumtext", "longtext"),
    ("tinyblob", "blob", "mediumblob", "longblob"),
)
"""Types each of which takes all that those before it take."""
_DECIMAL = ("numeric", "decimal")


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


def widens(item: Difference) -> bool:
    """Return whether a column takes more values of the same kind than before, such as longer texts."""
    if item.kind != "changed type" or _part(item.live, "collation") != _part(
        item.expected, "collation"
    ):
        return False
    live, _, expected = item.detail.partition(" -> ")
    return _is_longer(live, expected) or _is_wider(live, expected)


def _is_longer(live: str, expected: str) -> bool:
    there, here = _VARCHAR.fullmatch(expected), _VARCHAR.fullmatch(live)
    if not there or not there[1]:
        return False
    longer = bool(here and here[1] and int(here[1]) > int(there[1]))
    return longer or live.lower() in _ANY_LENGTH


def _is_wider(live: str, expected: str) -> bool:
    here, there = (_TYPE.fullmatch(text.lower()) for text in (live, expected))
    if not here or not there or here["sign"] != there["sign"]:
        return False
    names = there["name"], here["name"]
    if names[0] == names[1] and names[0] in _DECIMAL and here["size"] and there["size"]:
        (digits, places), (before, of_them) = _size(here["size"]), _size(there["size"])
        return digits > before and places == of_them
    return any(
        {*names} <= {*order} and order.index(names[0]) < order.index(names[1]) for order in _RISING
    )


def _size(text: str) -> tuple[int, int]:
    """Return how many digits a number has, and how many of them are behind the point."""
    digits, _, places = text.partition(",")
    return int(digits), int(places or 0)


def relaxes(item: Difference) -> bool:
    """Return whether a column takes NULL too, or a table rows that a CHECK or an exclusion refused."""
    if item.kind == "changed nullability":
        return item.detail.startswith("nullable ")
    acts = "on delete:" in item.expected or "on update:" in item.expected
    if item.kind == "missing foreign key":
        return not acts
    return item.kind in ("missing check", "missing exclusion")


def restricts(check: str, live: Iterable[str], known: Collection[str]) -> bool:
    """Return whether a CHECK of a table may be about more than those ``live`` columns that are not ``known``."""
    about = {name for name in live if re.search(rf"\b{re.escape(name)}\b", check, re.IGNORECASE)}
    return not about or not about.isdisjoint(known)


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
