"""What bootctl finds of changes by hand in a project's database, and whether its fixes undo them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.corpus.changes import Change
from tests.support.databases.fresh import Database
from tests.support.processes.forked import run


def check(root: Path) -> tuple[int, dict[str, Any]]:
    """Run ``bootctl check``, and return its exit code and its report."""
    checked = run("bootctl", "check", "--format", "json", cwd=root)
    assert checked.code in (0, 20), checked.stderr
    return checked.code, json.loads(checked.stdout)


def execute(database: Database, statements: Iterable[str]) -> None:
    """Execute statements as a client would, each on its own."""
    with database.session() as cursor:
        if database.kind == "postgresql":
            cursor.connection.autocommit = True
        for statement in statements:
            if database.kind == "sqlite":
                cursor.executescript(statement)
            elif database.kind == "mariadb":
                for part in _parts(statement):
                    cursor.execute(part)
            else:
                cursor.execute(statement)
        if database.kind != "postgresql":
            cursor.connection.commit()


def _parts(statement: str) -> list[str]:
    if "BEGIN" in statement.upper():
        return [statement]
    return [part for part in statement.split("; ") if part.strip()]


@dataclass
class Batch:
    """Several changes at once, each to objects of its own."""

    changes: list[Change]
    problems: list[str] = field(default_factory=list)
    """What went wrong, with the names of all of them where it is not known with which."""
    found: list[Mapping[str, Any]] = field(default_factory=list)
    is_undone: bool = False


def batches(changes: Iterable[Change], size: int, *, by_table: bool) -> list[list[Change]]:
    """Return the changes in batches of at most ``size``, no two of which are to one object or table."""
    made: list[tuple[set[str], list[Change]]] = []
    for change in changes:
        own = _touched(change, by_table=by_table)
        for touched, batch in made:
            if len(batch) < size and own.isdisjoint(touched) and "*" not in own | touched:
                break
        else:
            touched, batch = set(), []
            made.append((touched, batch))
        touched |= own
        batch.append(change)
    return [batch for _, batch in made]


def _touched(change: Change, *, by_table: bool) -> set[str]:
    names = {_plain_name(what) for _, what in change.objects}
    if any(what.startswith("table ") and sign != "changed" for sign, what in change.objects):
        return {"*"}
    if by_table:
        return {name.partition(".")[0] for name in names}
    roots = {root for root in _ENTANGLED if any(root in text for text in change.statements)}
    return names | roots | set(change.statements)


_ENTANGLED = ("measures", "adult", "totals", "rich", "cheap", "NEW.note")
"""Tables of partitions, and views: a change to one of them is one to others."""


def _plain_name(what: str) -> str:
    return what.removeprefix("primary ").removeprefix("foreign ").partition(" ")[2]


def outcome(root: Path, database: Database, batch: list[Change]) -> Batch:
    """Make the changes of a batch, check, execute the fixes in their order, check again."""
    result = Batch(batch)
    for change in batch:
        execute(database, change.statements)
    code, report = check(root)
    result.found = report["differences"]
    if code != 20:
        result.problems.append(f"not found: {[change.name for change in batch]}")
    objects = [each for change in batch for each in change.objects]
    result.problems += wrong(objects, result.found)
    fixes = [statement for item in result.found for statement in item["fix"]]
    try:
        execute(database, fixes)
    except Exception as error:
        result.problems.append(f"the fix fails: {error} in {fixes}")
        return result
    code, report = check(root)
    result.is_undone = code == 0
    if code:
        result.problems.append(f"not undone: {[_told(item) for item in report['differences']]}")
    return result


def wrong(objects: Iterable[tuple[str, str]], found: list[Mapping[str, Any]]) -> list[str]:
    """Return what is missing among the differences, too much, of the wrong layers, or told twice."""
    left = {_key(item): item for item in found}
    told = [_key(item) for item in found]
    problems = [f"told twice: {key}" for key in left if told.count(key) > 1 and key[0] != "changed"]
    objects = [(sign, what) for sign, what in objects if (sign, what.split()[0]) not in _ALLOWED]
    whole = {_plain_name(what) for sign, what in objects if sign != "changed"}
    met = set()
    for sign, what in objects:
        same = [key for key in left if _is(key, sign, what)]
        met.update(same)
        if not same and not _is_part(what, whole) and not what.startswith("sequence"):
            problems.append(f"missed: {sign} {what}")
    problems += [f"too much: {_told(left[key])}" for key in left if key not in met]
    problems += [
        f"wrong layers: {_told(item)} {item['layers']} {item['wrong']}"
        for item in found
        if item["wrong"] != "database"
    ]
    return problems


def _key(item: Mapping[str, Any]) -> tuple[str, str, str]:
    sign, _, kind = item["kind"].partition(" ")
    return sign, kind, item["name"]


def _is(key: tuple[str, str, str], sign: str, what: str) -> bool:
    """Return whether a difference is the one: a unique index counts as a constraint.

    Alembic says of a key that changed that one is missing and another unexpected.
    """
    own, kind, name = key
    if sign == "changed":
        pair = own != sign and kind in ("index", "constraint", "foreign key")
        return what.endswith(f" {name}") and (own == sign or (pair and what.startswith(_KEYS)))
    return own == sign and _as_key(what) == _as_key(f"{kind} {name}")


_KEYS = ("index ", "constraint ", "foreign key ")


def _as_key(what: str) -> str:
    return what.replace("constraint ", "index ", 1)


_ALLOWED = (("unexpected", "partition"), ("unexpected", "extension"))
"""What comes without a migration."""


def _is_part(what: str, whole: set[str]) -> bool:
    name = _plain_name(what)
    return any(name.startswith((f"{owner}.", f"{owner} to ")) for owner in whole - {name})


def _told(item: Mapping[str, Any]) -> str:
    return f"{item['kind']} {item['name']} ({item['detail']})"
