"""What bootctl finds of changes by hand in a project's database, and whether its fixes undo them."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.corpus.changes import Change
from tests.support.corpus.projects import TABLES
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
    new = {f"new {name.rpartition('.')[2]}" for name in names}  # what shares a namespace
    return names | roots | new | set(change.statements)


_ENTANGLED = (
    "ALTER TABLE invoices",  # a key that is dropped, and made by another name, is one that is renamed
    "measures",
    "adult",
    "totals",
    "rich",
    "cheap",
    "nameless",
    "NEW.note",
    "bio",
    "grade",
    "===",
)
"""Tables of partitions, and views: a change to one of them is one to others."""


_TWO_WORDS = re.compile(r"^(?:(?:primary|foreign|materialized) \w+|\w+) ")


def _plain_name(what: str) -> str:
    return _TWO_WORDS.sub("", what, count=1)


def without_record(root: Path, database: Database, batch: list[Change]) -> list[str]:
    """Make the changes of a batch, check, execute the fixes, check again.

    Returns what is not found, where keys may have no name, and what is not undone.
    """
    for change in batch:
        execute(database, change.statements)
    _, report = check(root)
    keys = [_key(item) for item in report["differences"]]
    nameless = {(sign, kind, name) for sign, kind, name in keys if "." not in name}
    found = [
        f"missed: {sign} {what}"
        for change in batch
        for sign, what in change.objects
        if not any(_is(key, sign, what) for key in keys)
        and not any(_is(key, sign, what.rpartition(".")[0]) for key in nameless)
    ]
    execute(database, (each for item in report["differences"] for each in item["fix"]))
    _, report = check(root)
    return [*found, *(f"not undone: {_told(item)}" for item in report["differences"])]


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
    result.is_undone = code == 0 and not any(map(_comes_by_itself, objects))
    if code:
        result.problems.append(f"not undone: {[_told(item) for item in report['differences']]}")
    return result


Objects = Collection[tuple[str, str]]
"""Of each its sign, its kind and its name."""
Found = Collection[Mapping[str, Any]]


def missed(objects: Objects, found: Found) -> list[str]:
    """Return which of the objects no difference tells of; none that comes or goes with another one."""
    whole = {_plain_name(what) for sign, what in objects if sign != "changed"}
    keys = [_key(item) for item in found]
    return [
        f"missed: {sign} {what}"
        for sign, what in objects
        if not any(_is(key, sign, what) for key in keys)
        and not _comes_by_itself((sign, what))
        and not _is_part(what, whole)
        and not what.startswith("sequence")
    ]


def wrong(objects: Objects, found: Found) -> list[str]:
    """Return what is missing among the differences, too much, of the wrong layers, or told twice."""
    told = [_key(item) for item in found]
    twice = {key for key in told if told.count(key) > 1 and key[0] != "changed"}
    ours = [item for item in found if not _is_of_no_model(item)]
    met = {key for key in told for sign, what in objects if _is(key, sign, what)}
    return [
        *missed(objects, found),
        *(f"told twice: {key}" for key in twice),
        *(f"too much: {_told(item)}" for item in ours if _key(item) not in met),
        *(f"wrong: {_told(item)} {item['layers']}" for item in ours if item["wrong"] != "database"),
    ]


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


def _is_of_no_model(item: Mapping[str, Any]) -> bool:
    """Return whether it is an index of a table of no model, which is told as it is now."""
    table = item["name"].rpartition(".")[0]
    return item["kind"] == "unexpected index" and table not in TABLES


def _comes_by_itself(item: tuple[str, str]) -> bool:
    return (item[0], item[1].split()[0]) in _ALLOWED


_ALLOWED = (("unexpected", "partition"), ("unexpected", "extension"))
"""What comes without a migration."""


def _is_part(what: str, whole: set[str]) -> bool:
    name = _plain_name(what)
    return any(name.startswith((f"{owner}.", f"{owner} to ")) for owner in whole - {name})


def _told(item: Mapping[str, Any]) -> str:
    return f"{item['kind']} {item['name']} ({item['detail']})"
