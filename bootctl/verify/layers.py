"""Which of the three is wrong where two differ: the models, the migrations, or the database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bootctl.database.state import Difference, Layers
from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.unseen import seen
from bootctl.verify.catalog.wording import differences, outermost
from bootctl.verify.record import Record

Fix = Callable[[Change], tuple[Sequence[str], bool]]
"""Gives the statements that take a change back, and whether they lose what only the database has."""

_ONLY_MIGRATIONS = "what only migrations make (views, triggers, functions, policies, ...)"
_NO_RECORD = "no migration was applied by bootctl yet, and there is no schema.lock"


@dataclass(frozen=True)
class Judged:
    """What differs, and what could not be compared."""

    differences: tuple[Difference, ...]
    not_compared: tuple[str, ...] = ()
    compared_with: tuple[str, ...] = ("models",)


@dataclass(frozen=True)
class Sides:
    """What the live schema is held against."""

    models: Catalog
    """What the models say: of each object only the parts that they say something of."""
    record: Record | None
    """What the migrations make."""
    current: tuple[str, ...]
    """The revisions that the live database is at."""


def judge(differing: Iterable[Difference], sides: Sides, live: Catalog, fix: Fix) -> Judged:
    """Return what was ``found`` to differ from the models, and what differs from the record."""
    record = sides.record
    why_not = record.why_not(sides.current, live) if record else _NO_RECORD
    unseen = tuple(f"{what}: the role cannot see it" for what in live.unseen)
    if record is None or why_not:
        return Judged(tuple(differing), (f"{_ONLY_MIGRATIONS}: {why_not}", *unseen))
    by_hand = [*_by_hand(record.catalog, live)]
    told = _layered([*differing], by_hand, sides, fix)
    when = f" as of {record.at}" if record.at else ""
    source = f"migrations, by {record.source}{when}"
    return Judged(tuple(told), unseen, ("models", source))


_NOT_BY_HAND = ("partition", "extension")
"""Kinds that come without a migration: a job makes partitions, an administrator installs extensions."""


def _by_hand(expected: Catalog, live: Catalog) -> Iterator[Change]:
    """Yield what counts of the changes that no migration has made."""
    found = [*outermost(seen(changes(expected, live), expected, live))]
    keys = {_columns(change) for change in found if change.object.kind == "foreign key"}
    for change in found:
        comes = change.expected is None and change.object.kind in _NOT_BY_HAND
        # MySQL makes an index with a foreign key that no other index serves.
        serves = change.object.kind == "index" and _columns(change) in keys
        if not comes and not serves:
            yield change


def _columns(change: Change) -> tuple[str, str, bool]:
    item = change.object
    return item.table, item.parts.get("columns", ""), change.expected is None


@dataclass(frozen=True)
class _ByHand:
    """A difference from the record, and what it was read from."""

    difference: Difference
    change: Change

    @property
    def places(self) -> frozenset[tuple[str, str, str]]:
        """Return by what the same thing is known, where it was found to differ from the models."""
        item, difference = self.change.object, self.difference
        named = place(difference.kind, item.name)
        return frozenset({named, place(difference.kind, item.table, item.parts.get("columns", ""))})


def _layered(
    found: list[Difference], by_hand: list[Change], sides: Sides, fix: Fix
) -> Iterator[Difference]:
    """Yield each difference once, with the layers in which it is one."""
    assert sides.record is not None  # else there is nothing by hand
    since = sides.record.at
    own = [_ByHand(item, change) for change in by_hand for item in differences(change)]
    met: set[int] = set()
    for item in found:
        columns, table = item.detail.partition(" ->")[0], item.name.rpartition(".")[0]
        places = {place(item.kind, item.name)}
        places |= {place(item.kind, name, columns) for name in (item.name, table)}
        same = [index for index, one in enumerate(own) if places & one.places]
        met.update(same)
        if same:
            layers: tuple[Layers, ...] = (Layers.MODELS_DATABASE, Layers.MIGRATIONS_DATABASE)
            yield _explained(replace(item, layers=layers, since=since), own[same[0]].change, fix)
        else:
            yield replace(item, layers=(Layers.MODELS_DATABASE, Layers.MODELS_MIGRATIONS))
    for index, one in enumerate(own):
        if index not in met:
            layers = (Layers.MIGRATIONS_DATABASE, *_beside(sides.models, one.change))
            yield _explained(replace(one.difference, layers=layers, since=since), one.change, fix)


def _explained(difference: Difference, change: Change, fix: Fix) -> Difference:
    statements, destructive = fix(change)
    return replace(
        difference,
        expected=str(change.expected or ""),
        live=str(change.live or ""),
        fix=tuple(statements),
        destructive=destructive,
    )


def place(kind: str, name: str, columns: str = "") -> tuple[str, str, str]:
    """Return what two words for one difference have in common; a unique index is a constraint."""
    sign, _, what = kind.partition(" ")
    name, columns = (text.replace("`", "").replace('"', "") for text in (name, columns))
    group = "key" if what in ("constraint", "index") else what
    return (group if sign in ("missing", "unexpected", "changed") else kind), name, columns


def _beside(models: Catalog, change: Change) -> tuple[Layers, ...]:
    """Return what also differs, where the models say of it what the database has."""
    said = models.by_key.get(change.object.key)
    if change.live is None or said is None:
        return ()
    parts = change.parts if change.expected else {}
    agree = all(said.parts.get(part) == live for part, (live, _) in parts.items())
    return (Layers.MODELS_MIGRATIONS,) if agree else ()
