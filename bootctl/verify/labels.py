"""An enum whose labels somebody changed: one thing, however many columns have it for their type."""

import re
from collections.abc import Iterable

from bootctl.database.state import Difference
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog

_LABEL = re.compile(r"'(?:[^']|'')*'")

_ENUM = re.compile(r"enum\(", re.IGNORECASE)

Key = tuple[str, str]
"""The kind and the name of an object."""


def of_columns(
    found: Iterable[Difference], changes: Iterable[Change], live: Catalog
) -> dict[Key, list[Difference]]:
    """Return what was ``found`` of columns only because their enum is not what it was, by the enum."""
    changes = list(changes)
    enums = {c.object.name: c.object.key for c in changes if "labels" in c.parts and c.live}
    other = {c.object.name for c in changes if c.object.kind == "column" and "type" in c.parts}
    told: dict[Key, list[Difference]] = {}
    for item in found if enums else ():
        column = live.by_key.get(("column", item.name))
        if item.kind == "changed type" and column and item.name not in other:
            kind = column.type_name
            if kind in enums:
                told.setdefault(enums[kind], []).append(item)
    return told


def differ(told: Iterable[Difference], change: Change) -> bool:
    """Return whether the models of the columns have neither the live labels nor those of before."""
    _, expected = change.parts["labels"]
    models = (set(_LABEL.findall(item.detail.rpartition(" -> ")[2])) for item in told)
    return any(labels != set(_LABEL.findall(expected)) for labels in models if labels)


def are_in_another_order(one: str, other: str) -> bool:
    """Return whether two types of MySQL are an enum of the same labels, whose order no model is asked for."""
    labels = [_LABEL.findall(text) if _ENUM.match(text) else [] for text in (one, other)]
    return labels[0] != labels[1] and sorted(labels[0]) == sorted(labels[1])
