"""Which of the three is wrong where two differ: the models, the migrations, or the database."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bootctl.database.state import Difference, Layers
from bootctl.values import frozen
from bootctl.verify import agreement, labels
from bootctl.verify.by_hand import ByHand, by_hand, left_behind
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, unquoted
from bootctl.verify.catalog.wording import differences
from bootctl.verify.record import Record

ONLY_MIGRATIONS = "what only migrations make (views, triggers, functions, policies, names of keys and CHECKs, ...)"
_NO_RECORD = "no migration was applied by bootctl yet, and there is no schema.lock"


@frozen
class Judged:
    """What differs, and what could not be compared."""

    differences: tuple[Difference, ...]
    not_compared: tuple[str, ...] = ()
    compared_with: tuple[str, ...] = ("models",)


@frozen
class Sides:
    """What the live schema is held against."""

    models: Catalog
    """What the models say: of each object only the parts that they say something of."""
    record: Record | None
    """What the migrations make."""
    current: tuple[str, ...]
    """The revisions that the live database is at."""
    unrecorded: str = _NO_RECORD
    """Why there is no record, where there is none."""


def judge(differing: Iterable[Difference], sides: Sides, live: Catalog, dialect: str) -> Judged:
    """Return what is ``differing`` from the models, and what differs from the record.

    All in an order in which the fixes can be executed.
    """
    record = sides.record
    why_not = record.why_not(sides.current, live) if record else sides.unrecorded
    unseen = tuple(f"{what}: the role cannot see it" for what in live.unseen)
    if record is None or why_not:
        return Judged(tuple(differing), (f"{ONLY_MIGRATIONS}: {why_not}", *unseen))
    told = _layered([*differing], by_hand(record.catalog, live, dialect), sides, record, live)
    when = f" as of {record.at}" if record.at else ""
    source = f"migrations, by {record.source}{when}"
    return Judged(tuple(told), unseen, ("models", source))


@frozen
class Own:
    """A difference from the record, and the change that it is of."""

    difference: Difference
    by_hand: ByHand
    rank: int
    """Its place in the order of the fixes."""

    def is_told_by(self, found: Difference) -> bool:
        """Return whether it is the same thing that was found to differ from the models.

        What changed may be told as one that is missing; see ``met`` for its other half.
        """
        sign, own = _sign(found), _sign(self.difference)
        return sign in (own, "missing" if own == "changed" else own) and self.is_about(found)

    def is_about(self, found: Difference) -> bool:
        """Return whether both are about one object, whatever they say of it."""
        item, kind = self.by_hand.change.object, self.difference.kind
        if place(kind, item.name) == place(found.kind, found.name):
            return True
        columns = found.detail.partition(" ->")[0]
        named = place(kind, item.table, item.parts.get("columns", ""))
        tables = found.name, found.name.rpartition(".")[0]
        return bool(columns) and named in [place(found.kind, name, columns) for name in tables]

    @property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Return the parts that it is about, each as the live and the expected text."""
        words = self.difference.kind.partition(" ")[2]
        own = {"nullability": "nullable"}.get(words, words)
        found = self.by_hand.change.parts
        return {own: found[own]} if own in found else found

    def fixes(self, found: Difference) -> Difference:
        """Return what was ``found`` with the statements that mend it."""
        return replace(found, fix=self.by_hand.fix, destructive=self.by_hand.destructive)

    def explains(self, found: Difference, layers: tuple[Layers, ...], since: str) -> Difference:
        """Return what was ``found`` with what is known by the record."""
        change = self.by_hand.change
        nameless = found.name == change.object.table
        return replace(
            self.fixes(found),
            name=change.object.name if nameless else found.name,
            layers=layers,
            since=since,
            expected=str(change.expected or ""),
            live=str(change.live or ""),
        )


def _sign(difference: Difference) -> str:
    return difference.kind.partition(" ")[0]


def _layered(
    found: list[Difference], by_hand: list[ByHand], sides: Sides, record: Record, live: Catalog
) -> list[Difference]:
    """Return each difference once, with the layers in which it is one."""
    own = [
        Own(item, one, rank) for rank, one in enumerate(by_hand) for item in differences(one.change)
    ]
    found = [item for item in found if not _is_of_another(item, by_hand, live)]
    of_enums = labels.of_columns(found, (one.change for one in by_hand), live)
    found = [item for item in found if all(item not in told for told in of_enums.values())]
    told: list[tuple[int, Difference]] = []
    known: set[int] = set()
    pairs = [*met(found, own)]
    wanted = {id(one) for item, same in pairs if _sign(item) != "unexpected" for one in same}
    for item, same in pairs:
        known |= {id(one) for one in same}
        layers: tuple[Layers, ...]
        if same:
            layers = (Layers.MODELS_DATABASE, Layers.MIGRATIONS_DATABASE)
            if any(
                agreement.all_differ(sides.models, one.by_hand.change, one.parts, id(one) in wanted)
                for one in same
            ):
                layers = (*layers, Layers.MODELS_MIGRATIONS)
            told.append((same[0].rank, same[0].explains(item, layers, record.at)))
        else:
            layers = (Layers.MODELS_DATABASE, Layers.MODELS_MIGRATIONS)
            # The database is as the migrations make it: nothing is to be done to it.
            told.append((-1, replace(item, layers=layers, fix=(), destructive=False)))
    for one in own:
        if id(one) not in known:
            of_enum = of_enums.get(one.by_hand.change.object.key, [])
            layers = _of_record(one.by_hand.change, of_enum, sides, record, live)
            told.append((one.rank, one.explains(one.difference, layers, record.at)))
    return [item for _, item in sorted(told, key=lambda each: each[0])]


def _of_record(
    change: Change, of_enum: list[Difference], sides: Sides, record: Record, live: Catalog
) -> tuple[Layers, ...]:
    """Return the layers of a change that the comparison with the models has not told, but of its enum."""
    if of_enum:
        both = (Layers.MODELS_DATABASE, Layers.MIGRATIONS_DATABASE)
        return (*both, Layers.MODELS_MIGRATIONS) if labels.differ(of_enum, change) else both
    if agreement.with_live(sides.models, record.catalog, change, live):
        return Layers.MIGRATIONS_DATABASE, Layers.MODELS_MIGRATIONS
    return (Layers.MIGRATIONS_DATABASE,)


def _is_of_another(found: Difference, by_hand: list[ByHand], live: Catalog) -> bool:
    """Return whether what was found comes with what somebody made, or is left of what they dropped."""
    changes = [one.change for one in by_hand]
    whole = {c.object.name for c in changes if c.expected is None or c.live is None}
    table = found.name.rpartition(".")[0]
    if table in whole:
        return True
    served = {(name, unquoted(columns)) for name, columns in left_behind(changes, live)}
    return found.kind == "unexpected index" and (table, unquoted(found.detail)) in served


def met(found: Sequence[Difference], own: Sequence[Own]) -> Iterator[tuple[Difference, list[Own]]]:
    """Yield each that was found, with those of the record that are the same thing.

    A key that changed may be found as two: the one that is missing, and the one that is there. An
    index of which no model knows is found as it is there, whatever changed: that is another thing,
    but for its columns, by which it is known.
    """
    same = [[one for one in own if one.is_told_by(item)] for item in found]
    halves = [one for each in same for one in each]
    halves += [one for one in own if _is_of_other_columns(one.by_hand.change)]
    changed = [one for one in halves if _sign(one.difference) == "changed"]
    for item, each in zip(found, same, strict=True):
        other = [one for one in changed if _sign(item) == "unexpected" and one.is_about(item)]
        yield item, each or other


_LENGTH = re.compile(r"\(\d+\)")
"""Of a prefix of a column, in an index of MySQL."""


def _is_of_other_columns(change: Change) -> bool:
    """Return whether a key is of other columns than before, whatever their order and operators."""
    bare = [
        [_LENGTH.sub("", column).partition(" ")[0] for column in columns.split(", ")]
        for columns in change.parts.get("columns", ())
    ]
    return bool(bare) and bare[0] != bare[1]


_GROUPS = {
    **dict.fromkeys(("constraint", "index"), "key"),
    **dict.fromkeys(("identity", "generated", "on update"), "default"),
}
"""What Alembic calls otherwise: to it an identity, a generated column and ON UPDATE are defaults."""


def place(kind: str, name: str, columns: str = "") -> tuple[str, str, str]:
    """Return what two words for one difference have in common; a unique index is a constraint."""
    sign, _, what = kind.partition(" ")
    group = _GROUPS.get(what, what)
    known = sign in ("missing", "unexpected", "changed")
    return (group if known else kind), unquoted(name), unquoted(columns)
