"""What bootctl finds of changes by hand in a project's database, and whether its fixes undo them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.corpus.changes import Change
from tests.support.databases.fresh import Database
from tests.support.processes.forked import run


@dataclass
class Outcome:
    """What became of a change."""

    change: Change
    problems: list[str] = field(default_factory=list)
    found: list[Mapping[str, Any]] = field(default_factory=list)
    is_undone: bool = False


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


def outcome(root: Path, database: Database, change: Change) -> Outcome:
    """Make a change, check, execute the fixes, check again."""
    execute(database, change.statements)
    code, report = check(root)
    result = Outcome(change, found=report["differences"])
    if code != 20:
        result.problems.append("not found")
    result.problems += wrong(change.objects, report["differences"])
    fixes = [statement for item in report["differences"] for statement in item["fix"]]
    try:
        execute(database, dict.fromkeys(fixes))
    except Exception as error:
        result.problems.append(f"the fix fails: {error}")
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
    whole = {name.partition(" ")[2] for sign, name in objects if name.startswith("table ")}
    met = set()
    for sign, what in objects:
        same = [key for key in left if _is(key, sign, what)]
        met.update(same)
        if not same and not _is_part(what, whole):
            problems.append(f"missed: {sign} {what}")
    problems += [f"too much: {_told(left[key])}" for key in left if key not in met]
    problems += [
        f"wrong layers: {_told(item)} {item['layers']} {item['wrong']}"
        for item in found
        if item["wrong"] != "database"
    ]
    problems += [f"no fix: {_told(item)}" for item in found if not item["fix"]]
    return problems


def _key(item: Mapping[str, Any]) -> tuple[str, str, str]:
    sign, _, kind = item["kind"].partition(" ")
    return sign, kind, item["name"]


def _is(key: tuple[str, str, str], sign: str, what: str) -> bool:
    own, kind, name = key
    if own != sign:
        return False
    return what == f"{kind} {name}" if own != "changed" else what.endswith(f" {name}")


def _is_part(what: str, tables: set[str]) -> bool:
    name = what.removeprefix("primary key ").removeprefix("foreign key ").partition(" ")[2] or what
    return any(name.startswith(f"{table}.") or f" {table} to " in what for table in tables)


def _told(item: Mapping[str, Any]) -> str:
    return f"{item['kind']} {item['name']} ({item['detail']})"
