"""Code on a database that newer migrations have changed: refused, or by evidence not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bootctl.database.state import Difference, Direction, Filling
from bootctl.errors import DirectionError
from bootctl.migrate.inspection import Database

_NAMED_IN_MESSAGE = 5

_HARMLESS = {"unexpected table", "changed comment", "changed table comment"}

_WHY = {
    "changed type": "the models read and write another one",
    "changed nullability": "NULL is not where the models expect it",
}
_RESTRICTS = "it restricts what the models write"
_NOT_KNOWN = "it is not known to be compatible"


def refuse_unknown(database: Database, found: Sequence[Difference]) -> None:
    """Raise ``DirectionError``, which names some of what was ``found`` to differ."""
    ahead = database.direction is Direction.AHEAD
    raise _unknown(
        database,
        f"; it has {_listed(found, ', ')}" if found else "",
        ", or restore their files."
        + ahead * " To run older code where it can: BOOTCTL__MIGRATE__ON_AHEAD=compatible.",
    )


def refuse_incompatible(database: Database, counted: Collection[Difference]) -> None:
    """Raise ``DirectionError`` where older code cannot work on ``database``, which is ahead of it.

    ``counted`` are those of its differences that count.
    """
    if database.differences is None:
        raise _unknown(
            database,
            ", and it was not compared with the models",
            ", or set BOOTCTL__VERIFY__MODE to anything but off: migrate.on_ahead=compatible "
            "needs the comparison.",
        )
    why = [f"{item}: {why}" for item, why in breaking(database.differences) if item in counted]
    if why:
        raise _unknown(
            database,
            f"; the code cannot run on it: {_listed(why, '; ')}",
            ". Next time make such a change in two steps: what older code needs goes, and what it "
            "does not write is required, once no older code runs.",
            incompatible=why,
        )


def breaking(found: Iterable[Difference]) -> list[tuple[Difference, str]]:
    """Those of one database's differences with which the models' code cannot work, and why."""
    found = tuple(found)
    new = _New(
        frozenset(item.name for item in found if item.kind == "unexpected table"),
        {item.name: item.filling for item in found if item.kind == "unexpected column"},
    )
    reasons = ((item, _reason(item, new)) for item in found)
    return [(item, reason) for item, reason in reasons if reason]


@dataclass(frozen=True)
class _New:
    """What the models do not know, and so write nothing to."""

    tables: Collection[str]
    columns: Mapping[str, Filling | None]


def _reason(item: Difference, new: _New) -> str:
    if item.kind in _HARMLESS:
        return ""
    if item.kind == "unexpected column":
        return _of_column(item.filling)
    if item.kind == "changed default":
        return _of_default(item.filling)
    if item.kind.endswith(" index") and item.binds == ():
        return ""
    if item.kind.startswith("missing "):
        return "the models need it"
    if item.kind.startswith("unexpected "):
        return _of_key(item.kind, item.binds, new)
    return _WHY.get(item.kind, _NOT_KNOWN)


def _of_column(filling: Filling | None) -> str:
    if filling is Filling.NOTHING:
        return "it takes no NULL and has no default"
    return _NOT_KNOWN if filling is None else ""


def _of_default(filling: Filling | None) -> str:
    if filling is Filling.NOTHING:
        return "the default is gone, and the column takes no NULL"
    if filling is Filling.COMPUTED:
        return "the database computes it, and takes no value from the models"
    return _NOT_KNOWN if filling is None else ""


def _of_key(kind: str, binds: Sequence[str] | None, new: _New) -> str:
    """A key restricts no row in which the models leave one of its columns NULL, or distinct."""
    if not binds:
        return _RESTRICTS
    if all(column.rpartition(".")[0] in new.tables for column in binds):
        return ""
    fillings = [new.columns.get(column) for column in binds]
    if Filling.NULL in fillings:
        return ""
    if kind == "unexpected foreign key":
        refers_by_default = all(filling is Filling.DEFAULT for filling in fillings)
        return "" if refers_by_default else _RESTRICTS
    return "" if Filling.DISTINCT in fillings else _RESTRICTS


def _unknown(database: Database, said: str, hint: str, **fields: list[str]) -> DirectionError:
    """The error for a database with revisions that the code does not know; ``said`` ends it."""
    return DirectionError(
        f"{database.url} is {database.direction}: it knows {', '.join(database.unknown)}, "
        f"which the code does not{said}",
        hint=f"Deploy the image that has these migrations{hint}",
        direction=str(database.direction),
        unknown=list(database.unknown),
        target=str(database.url),
        **fields,
    )


def _listed(items: Sequence[object], separator: str) -> str:
    more = len(items) - _NAMED_IN_MESSAGE
    named = separator.join(map(str, items[:_NAMED_IN_MESSAGE]))
    return f"{named} and {more} more" if more > 0 else named
