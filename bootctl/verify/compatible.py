"""Whether code can work on a database that newer migrations, or somebody, have changed, by what differs."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bootctl.database.state import Difference, WhenOmitted
from bootctl.values import frozen
from bootctl.verify.additive import adds_labels, adds_privileges, is_plain_index

_HARMLESS = {
    "unexpected table": "the models do not use it",
    "unexpected view": "the models do not use it",
    "unexpected materialized view": "the models do not use it",
    "unexpected function": "the models do not call it",
    "unexpected procedure": "the models do not call it",
    "unexpected aggregate": "the models do not call it",
    "unexpected sequence": "the models do not use it",
    "unexpected enum": "the models do not use it",
    "unexpected domain": "the models do not use it",
    "unexpected type": "the models do not use it",
    "unexpected extension": "the models do not use it",
    "unexpected collation": "the models do not use it",
    "unexpected schema": "the models do not use it",
    "unexpected foreign table": "the models do not use it",
    "unexpected partition": "it holds rows of its table",
    "unexpected statistics": "only the planner reads them",
    "missing statistics": "only the planner reads them",
    "changed statistics": "only the planner reads them",
    "changed storage": "it is about how values are kept, not which",
    "changed compression": "it is about how values are kept, not which",
    "changed table tablespace": "it is about where rows are kept, not which",
}
"""Kinds that only add, and that restrict nothing, each with why."""

_WHY = {
    "changed type": "the models read and write another one",
    "changed nullability": "NULL is not where the models expect it",
    "changed enum": "the models may write another label",
    "unexpected trigger": "it may change or refuse what the models write",
    "unexpected rule": "it may change or refuse what the models write",
    "unexpected policy": "it may hide or refuse rows",
    "changed policy": "it may hide or refuse rows",
    "changed table row security": "it may hide or refuse rows",
    "changed table persistence": "what the models write may be lost in a crash",
    "unexpected event": "it may change rows",
}
_RESTRICTS = "it restricts what the models write"
_NOT_KNOWN = "it is not known to be compatible"
_NEW_TABLE = "the models do not use its table"
_KEYS = (" index", " constraint", " foreign key", " primary key")


@frozen
class Ruling:
    """Whether the models' code can work in spite of a difference, and why."""

    difference: Difference
    harmless: bool
    why: str

    def __str__(self) -> str:
        return f"{self.difference}: {self.why}"


def rulings(found: Iterable[Difference]) -> list[Ruling]:
    """Return one for each of one database's differences."""
    found = tuple(found)
    new = _New(
        frozenset(
            item.name for item in found if item.kind in ("unexpected table", "unexpected view")
        ),
        {item.name: item.when_omitted for item in found if item.kind == "unexpected column"},
    )
    return [_ruling(item, new) for item in found]


def breaking(found: Iterable[Difference]) -> list[tuple[Difference, str]]:
    """Return those of one database's differences with which the models' code cannot work, and why."""
    return [(item.difference, item.why) for item in rulings(found) if not item.harmless]


@frozen
class _New:
    """What the models do not know, and so write nothing to."""

    tables: Collection[str]
    columns: Mapping[str, WhenOmitted | None]

    def has(self, item: Difference) -> bool:
        """Return whether the object is a part of a table that the models do not know."""
        return item.name in self.tables or item.name.rpartition(".")[0] in self.tables


def _ruling(item: Difference, new: _New) -> Ruling:
    why = _harmless(item, new)
    return Ruling(item, True, why) if why else Ruling(item, False, _reason(item))


def _harmless(item: Difference, new: _New) -> str:
    """Return why the models' code can work with it; empty where it cannot, or that is not known."""
    if item.kind in _HARMLESS:
        return _HARMLESS[item.kind]
    if item.kind.endswith("comment"):
        return "no code depends on a comment"
    if item.kind == "unexpected column":
        return "" if item.when_omitted in (None, WhenOmitted.NOTHING) else _filled(item)
    if item.kind == "changed default":
        refused = (None, WhenOmitted.NOTHING, WhenOmitted.COMPUTED)
        return "" if item.when_omitted in refused else _filled(item)
    if is_plain_index(item):
        return "an index that is not unique changes no result"
    if adds_labels(item):
        return "the models do not write the labels that are new"
    if adds_privileges(item):
        return "it takes no privilege away"
    if item.kind.startswith("unexpected "):
        return _of_unexpected(item, new)
    return ""


def _filled(item: Difference) -> str:
    holds = {
        WhenOmitted.NULL: "NULL",
        WhenOmitted.DEFAULT: "a default",
        WhenOmitted.DISTINCT: "a value of its own",
        WhenOmitted.COMPUTED: "what the database computes",
    }
    assert item.when_omitted is not None  # such a column is not known to be harmless
    return f"a row that the models write without it gets {holds[item.when_omitted]}"


def _of_unexpected(item: Difference, new: _New) -> str:
    if not item.kind.endswith(_KEYS):
        return _NEW_TABLE if new.has(item) else ""
    return _of_key(item.kind, item.binds, new)


def _of_key(kind: str, binds: Sequence[str] | None, new: _New) -> str:
    """Return why a key restricts no row: the models leave one of its columns NULL, or distinct."""
    if not binds:
        return ""
    if all(column.rpartition(".")[0] in new.tables for column in binds):
        return _NEW_TABLE
    fillings = [new.columns.get(column) for column in binds]
    if WhenOmitted.NULL in fillings:
        return "a column of it stays NULL in what the models write"
    if kind == "unexpected foreign key":
        refers_by_default = all(when_omitted is WhenOmitted.DEFAULT for when_omitted in fillings)
        return "what the models write refers to its default" if refers_by_default else ""
    distinct = WhenOmitted.DISTINCT in fillings
    return "a column of it is distinct in what the models write" if distinct else ""


def _reason(item: Difference) -> str:
    """Return why the models' code cannot work with it."""
    if item.kind in ("unexpected column", "changed default") and item.when_omitted is None:
        return _NOT_KNOWN
    if item.kind == "unexpected column":
        return "it takes no NULL and has no default"
    if item.kind == "changed default":
        computed = item.when_omitted is WhenOmitted.COMPUTED
        return (
            "the database computes it, and takes no value from the models"
            if computed
            else "the default is gone, and the column takes no NULL"
        )
    if item.kind in _WHY:
        return _WHY[item.kind]
    if item.kind.startswith("missing "):
        return "the models need it"
    return _RESTRICTS if item.kind.startswith("unexpected ") else _NOT_KNOWN
