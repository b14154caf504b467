"""What makes a database as its models say, where it is not known what the migrations had made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bootctl.database.state import Difference
from bootctl.verify.by_hand import ByHand, by_hand
from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.wording import differences
from bootctl.verify.layers import Own, met
from bootctl.verify.modelled import Modelled

_BY_PART = ("column", "table")
"""Kinds of which each part is a difference of its own."""
_KEYS = ("primary key", "constraint", "index", "foreign key")
_WITH = {"type": ("collation",)}
"""What has to come with a part."""


def mended(
    found: Sequence[Difference], models: Modelled, live: Catalog, dialect: str
) -> tuple[Difference, ...]:
    """Return what was ``found`` to differ from the models, with the statements that make it equal.

    In an order in which they can be executed. ``dialect``: SQLAlchemy's name for the kind of database.
    """
    goal = _goal(found, models, live)
    own = _own(by_hand(goal, live, dialect))
    told: list[tuple[int, Difference]] = []
    for item, same in met(found, own):
        fixed = next((one for one in same if one.by_hand.fix), None)
        told.append((fixed.rank, fixed.fixes(item)) if fixed else (-1, item))
    return tuple(item for _, item in sorted(told, key=lambda each: each[0]))


def _own(found: Iterable[ByHand]) -> list[Own]:
    return [
        Own(item, one, rank) for rank, one in enumerate(found) for item in differences(one.change)
    ]


def _goal(found: Sequence[Difference], models: Modelled, live: Catalog) -> Catalog:
    """Return the ``live`` schema with what was ``found`` as the models have it."""
    wanted = dict(live.by_key)
    for change in _chosen(found, models, live):
        key = (change.live or change.object).key
        if change.expected is None:
            wanted.pop(key, None)
        else:
            wanted[key] = change.expected if change.live else _named(change.expected)
    return Catalog(wanted.values(), live.server, live.unseen, live.schemas)


def _named(item: SchemaObject) -> SchemaObject:
    """Return an object under a name of its own: models often give a primary key none."""
    if item.kind != "primary key" or item.name != item.table:
        return item
    return replace(item, name=f"{item.table}.{item.table.rpartition('.')[2]}_pkey")


def _chosen(found: Sequence[Difference], models: Modelled, live: Catalog) -> list[Change]:
    """Return the changes from the models to the database that were ``found``."""
    every = [*changes(models.whole, live)] if models.whole else []
    said = map(_with_the_rest, models.changes)
    own = _own(ByHand(change, (), destructive=False) for change in (*said, *every))
    is_met = [one for _, same in met(found, own) for one in same]
    parts: dict[tuple[str, str], set[str]] = {}
    for one in is_met:
        parts.setdefault(one.by_hand.change.object.key, set()).update(one.parts)
    chosen = [_only(one.by_hand.change, parts) for one in is_met]
    tables = {c.object.name for c in chosen if c.object.kind == "table" and _is_whole(c)}
    chosen += [change for change in every if _is_of(change.object, tables)]
    return chosen


def _with_the_rest(change: Change) -> Change:
    """Return the change to what models say of a key, with the live one's parts of which they say nothing."""
    wanted, live = change.expected, change.live
    if wanted is None or live is None or wanted.kind not in _KEYS or "columns" in wanted.parts:
        return change
    return Change(replace(wanted, parts={**live.parts, **wanted.parts}), live)


def _only(change: Change, parts: dict[tuple[str, str], set[str]]) -> Change:
    """Return the change without what of a column or a table was not found to differ."""
    if change.expected is None or change.live is None:
        return change
    kept = dict(change.live.parts)
    told = parts[change.object.key]
    names = told | {more for part in told for more in _WITH.get(part, ())}
    if change.object.kind not in _BY_PART:
        names = {*change.expected.parts, *kept} - {"comment"}
    kept |= {part: change.expected.parts.get(part, "") for part in names}
    said = {part: text for part, text in kept.items() if text}
    return Change(replace(change.live, parts=said), change.live)


def _is_whole(change: Change) -> bool:
    return change.expected is None or change.live is None


def _is_of(item: SchemaObject, tables: set[str]) -> bool:
    """Return whether an object comes and goes with one of ``tables``: a sequence by its owner."""
    owner = item.parts.get("owner", "") if item.kind == "sequence" else ""
    return item.table in tables or owner.rpartition(".")[0].replace('"', "") in tables
