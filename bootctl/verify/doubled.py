"""Keys that are there more often than the models say: ORMs compare what a key does, and not how often it is there."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import SchemaObject

_Place = tuple[str, str, str]
"""A table, the kind of a key, and its columns."""
_KINDS = ("foreign key", "constraint", "index")


def doubled(said: Iterable[SchemaObject], live: Iterable[SchemaObject]) -> Iterator[Change]:
    """Yield each live key of which another does the same, beyond those that models have ``said``.

    None of a table, or of columns, of which the models have no key: that one is unexpected in any case.
    """
    wanted = [item for item in said if item.kind in _KINDS]
    counts, names = Counter(map(_place, wanted)), {item.name for item in wanted}
    groups: dict[tuple[_Place, frozenset[tuple[str, str]]], list[SchemaObject]] = {}
    for item in live:
        if item.kind in _KINDS and counts[_place(item)]:
            groups.setdefault((_place(item), _does(item)), []).append(item)
    for (place, _), group in groups.items():
        if len(group) > counts[place]:
            own_first = sorted(
                group, key=lambda item: (item.name not in names, not _is_unnamed(item), item.name)
            )
            yield from (Change(None, item) for item in own_first[counts[place] :])


def _place(item: SchemaObject) -> _Place:
    columns = item.parts.get("columns", "").replace('"', "").replace("`", "")
    is_unique = item.kind == "constraint" or "unique" in item.parts
    return item.table, "unique" if is_unique else item.kind, columns


def _is_unnamed(item: SchemaObject) -> bool:
    """Return whether the name is one that the database chose: ``t_a_b_fkey``, ``t_a_key``, ``t_ibfk_1``, ``a``."""
    table, columns = item.table.rpartition(".")[2], _place(item)[2].split(", ")
    chosen = rf"{re.escape('_'.join((table, *columns)))}_f?key|{re.escape(table)}_ibfk_\d+"
    own = item.name.removeprefix(f"{item.table}.")
    return own == columns[0] or bool(re.fullmatch(chosen, own))


def _does(item: SchemaObject) -> frozenset[tuple[str, str]]:
    return frozenset(part for part in item.parts.items() if part[0] not in ("unique", "comment"))
