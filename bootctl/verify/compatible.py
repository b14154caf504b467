"""Whether code can work on a database that newer migrations have changed, by what differs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bootctl.database.state import Difference, WhenOmitted

_HARMLESS = {"unexpected table", "changed comment", "changed table comment"}

_WHY = {
    "changed type": "the models read and write another one",
    "changed nullability": "NULL is not where the models expect it",
}
_RESTRICTS = "it restricts what the models write"
_NOT_KNOWN = "it is not known to be compatible"


def breaking(found: Iterable[Difference]) -> list[tuple[Difference, str]]:
    """Return those of one database's differences with which the models' code cannot work, and why."""
    found = tuple(found)
    new = _New(
        frozenset(item.name for item in found if item.kind == "unexpected table"),
        {item.name: item.when_omitted for item in found if item.kind == "unexpected column"},
    )
    reasons = ((item, _reason(item, new)) for item in found)
    return [(item, reason) for item, reason in reasons if reason]


@dataclass(frozen=True)
class _New:
    """What the models do not know, and so write nothing to."""

    tables: Collection[str]
    columns: Mapping[str, WhenOmitted | None]


def _reason(item: Difference, new: _New) -> str:
    if item.kind in _HARMLESS:
        return ""
    if item.kind == "unexpected column":
        return _of_column(item.when_omitted)
    if item.kind == "changed default":
        return _of_default(item.when_omitted)
    if item.kind.endswith(" index") and item.binds == ():
        return ""
    if item.kind.startswith("missing "):
        return "the models need it"
    if item.kind.startswith("unexpected "):
        return _of_key(item.kind, item.binds, new)
    return _WHY.get(item.kind, _NOT_KNOWN)


def _of_column(when_omitted: WhenOmitted | None) -> str:
    if when_omitted is WhenOmitted.NOTHING:
        return "it takes no NULL and has no default"
    return _NOT_KNOWN if when_omitted is None else ""


def _of_default(when_omitted: WhenOmitted | None) -> str:
    if when_omitted is WhenOmitted.NOTHING:
        return "the default is gone, and the column takes no NULL"
    if when_omitted is WhenOmitted.COMPUTED:
        return "the database computes it, and takes no value from the models"
    return _NOT_KNOWN if when_omitted is None else ""


def _of_key(kind: str, binds: Sequence[str] | None, new: _New) -> str:
    """Return a key restricts no row in which the models leave one of its columns NULL, or distinct."""
    if not binds:
        return _RESTRICTS
    if all(column.rpartition(".")[0] in new.tables for column in binds):
        return ""
    fillings = [new.columns.get(column) for column in binds]
    if WhenOmitted.NULL in fillings:
        return ""
    if kind == "unexpected foreign key":
        refers_by_default = all(when_omitted is WhenOmitted.DEFAULT for when_omitted in fillings)
        return "" if refers_by_default else _RESTRICTS
    return "" if WhenOmitted.DISTINCT in fillings else _RESTRICTS
