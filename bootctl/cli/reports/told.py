"""What every format says of a verdict, in the same words and the same order."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bootctl.database.state import Difference
from bootctl.output import printable
from bootctl.verify.policy import Verdict

_OF_NO_TABLE = (
    *("table", "view", "materialized view", "foreign table", "function", "procedure", "aggregate"),
    *("sequence", "enum", "domain", "extension", "event", "schema"),
)
"""What these are called is all of their name; of others it begins with their table's."""

_NONE, _UNKNOWN = "nothing", "not known"


class Place(NamedTuple):
    """A line of a file of the project."""

    file: str
    line: int


def readable(verdict: Verdict) -> Verdict:
    """Return it so that it can only be read; definitions and fixes keep their lines."""
    told = verdict.told(printable.one_line)
    return replace(
        told,
        differences=tuple(map(_readable, verdict.differences)),
        accepted=tuple(map(_readable, verdict.accepted)),
    )


def title(verdict: Verdict) -> str:
    """Return the verdict in a few words, and how many differences are accepted."""
    count = len(verdict.differences)
    found = "no drift" if verdict.clean else f"drift: {count} difference{'s' * (count != 1)}"
    where = f" (the database is {verdict.direction})" if verdict.direction else ""
    return f"{found}{where}{'; ' * bool(verdict.accepts)}{verdict.accepts}"


def by_table(found: Iterable[Difference]) -> dict[str, list[Difference]]:
    """Return the differences of each table of each database; what belongs to none is by itself."""
    tables: dict[str, list[Difference]] = {}
    for item in found:
        where = f" in {item.database}" if item.database else ""
        tables.setdefault(f"{table(item)}{where}", []).append(item)
    return tables


def table(item: Difference) -> str:
    """Return the name of the table that differs, or of what else does."""
    what = item.kind.partition(" ")[2]
    if what.startswith(_OF_NO_TABLE):
        return item.name
    return item.name.rpartition(".")[0] or item.name


def layers(item: Difference) -> str:
    """Return which layers do not say the same, and which of them is wrong, where that is known."""
    pairs = ", ".join(item.layers)
    verb = "is" if item.wrong == "database" else "are"
    return f"{pairs}: the {item.wrong} {verb} wrong" if item.wrong else pairs


def has_definitions(item: Difference) -> bool:
    """Return whether the definitions say more than the detail does."""
    known = [text for text in (item.expected, item.live) if text]
    return any(printable.one_line(text) not in item.detail for text in known)


def expected(item: Difference) -> str:
    """Return the definition that it should have, or that there should be none."""
    return item.expected or (_NONE if item.kind.startswith("unexpected") else _UNKNOWN)


def live(item: Difference) -> str:
    """Return the definition that it has, or that there is none."""
    return item.live or (_NONE if item.kind.startswith("missing") else _UNKNOWN)


def place(item: Difference) -> Place | None:
    """Return where the project says what is expected; ``None`` where that is not known."""
    file, _, line = item.place.rpartition(":")
    return Place(file, int(line)) if file and line.isdecimal() else None


def place_title(item: Difference) -> str:
    """Return the heading of its place: of what nobody expects, it is where the nearest to it is said."""
    return "see" if item.kind.startswith("unexpected") else "expected by"


def in_repository(file: str) -> str:
    """Return a path of the project as the checkout of a GitHub job has it: GitHub goes by that."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    found = os.path.relpath(Path.cwd() / file, workspace) if workspace else file
    return file if found.startswith("..") else found


def fix_title(item: Difference) -> str:
    """Return the heading of a fix."""
    return "fix, destructive" if item.destructive else "fix"


def accepted(verdict: Verdict) -> list[str]:
    """Return each difference that is accepted, with the terms of the entry that accepts it."""
    terms = [item.terms for item in verdict.accepted_by]
    terms += [""] * (len(verdict.accepted) - len(terms))
    return [
        f"{item} (accepted: {said})" if said else f"{item} (accepted)"
        for item, said in zip(verdict.accepted, terms, strict=False)
    ]


def coverage(verdict: Verdict) -> list[str]:
    """Return what is pending, what was compared and what not, and what accepts nothing, a line each."""
    found = [f"pending: {', '.join(verdict.pending)}"] if verdict.pending else []
    if not verdict.clean or verdict.compared_with != ("models",):
        found.append(f"compared with: {', '.join(verdict.compared_with)}")
    found += [f"not compared: {item}" for item in verdict.not_compared]
    found += [f"accepted no more: {item}" for item in verdict.expired]
    return found + [f"{item.setting} accepts nothing by: {item}" for item in verdict.unused]


def risks(verdict: Verdict) -> list[str]:
    """Return what the pending migrations put at risk, and what that was not judged by, each in a line."""
    found = [f"risk: {item} ({item.advice})" for item in verdict.risks]
    return found + [f"not looked at: {item}" for item in verdict.not_looked_at]


def _readable(item: Difference) -> Difference:
    lines = item.told(printable.lines)
    return replace(
        item.told(printable.one_line),
        kind=printable.one_line(item.kind),
        since=printable.one_line(item.since),
        expected=lines.expected,
        live=lines.live,
        fix=lines.fix,
    )
