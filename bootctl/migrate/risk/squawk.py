"""Squawk, the linter of PostgreSQL's migrations, where it is installed.

https://squawkhq.com/docs/rules has its rules. It is a program, which is given the statements on its standard input, and asks no network.
"""

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bootctl.database.risks import RiskKind
from bootctl.values import frozen

NAME = "squawk"
_SECONDS = 20.0
_KINDS = {
    "adding-field-with-default": RiskKind.REWRITING,
    "adding-foreign-key-constraint": RiskKind.LOCKING,
    "adding-not-nullable-field": RiskKind.LOCKING,
    "adding-required-field": RiskKind.LOCKING,
    "adding-serial-primary-key-field": RiskKind.LOCKING,
    "ban-drop-column": RiskKind.DESTRUCTIVE,
    "ban-drop-database": RiskKind.DESTRUCTIVE,
    "ban-drop-domain": RiskKind.DESTRUCTIVE,
    "ban-drop-schema": RiskKind.DESTRUCTIVE,
    "ban-drop-table": RiskKind.DESTRUCTIVE,
    "ban-drop-type": RiskKind.DESTRUCTIVE,
    "ban-truncate-cascade": RiskKind.DESTRUCTIVE,
    "changing-column-type": RiskKind.REWRITING,
    "constraint-missing-not-valid": RiskKind.LOCKING,
    "disallowed-unique-constraint": RiskKind.LOCKING,
    "renaming-column": RiskKind.DESTRUCTIVE,
    "renaming-table": RiskKind.DESTRUCTIVE,
    "require-concurrent-index-creation": RiskKind.LOCKING,
    "require-concurrent-partition-detach": RiskKind.LOCKING,
    "require-concurrent-reindex": RiskKind.LOCKING,
}
"""Its rules that are about tables in use; the others are about style, and about running it twice."""
_SYNTAX = "syntax-error"


class LinterError(Exception):
    """squawk is there, and does not do what it is for."""


@frozen
class Linted:
    """What it says of one statement."""

    kind: RiskKind
    rule: str
    help: str


def installed() -> str | None:
    """Return the program: the one of this environment first; ``None`` where there is none."""
    beside = Path(sysconfig.get_path("scripts"), NAME)
    return str(beside) if beside.is_file() else shutil.which(NAME)


def lint(program: str, statements: Sequence[str]) -> list[list[Linted] | None]:
    """Return what it says of each of ``statements``; ``None`` for one that it cannot read.

    Raises ``LinterError`` where it does not answer.
    """
    texts = [text.strip().rstrip(";") for text in statements]
    lines = [text.count("\n") + 2 for text in texts]
    starts = [sum(lines[:at]) for at in range(len(lines))]
    said = _asked(program, texts)
    unread = {_index(starts, item) for item in said if item["rule_name"] == _SYNTAX}
    if unread:  # it then says nothing of the others
        kept = ["\n" * text.count("\n") if at in unread else text for at, text in enumerate(texts)]
        said = _asked(program, kept)
    found: list[list[Linted] | None] = [None if at in unread else [] for at in range(len(texts))]
    for item in said:
        own = found[_index(starts, item)]
        if own is not None and item["rule_name"] in _KINDS:
            own.append(Linted(_KINDS[item["rule_name"]], item["rule_name"], _help(item)))
    return found


def _asked(program: str, statements: Sequence[str]) -> list[Mapping[str, Any]]:
    script = "".join(f"{text}\n;\n" for text in statements)
    command = (program, "--reporter", "json", "--stdin-filepath", "pending.sql")
    try:
        done = subprocess.run(  # noqa: S603  # no shell, and no argument is another's
            command, input=script, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        return list(_lines(json.loads(done.stdout)))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError) as error:
        raise LinterError(f"{NAME} does not answer: {type(error).__name__}") from error


def _lines(said: Any) -> Iterator[Mapping[str, Any]]:
    for item in said:
        yield {
            "rule_name": str(item["rule_name"]),
            "line": int(item["line"]),
            "help": item.get("help"),
        }


def _index(starts: Sequence[int], item: Mapping[str, Any]) -> int:
    return max(at for at, start in enumerate(starts) if start <= item["line"])


def _help(item: Mapping[str, Any]) -> str:
    return " ".join(str(item["help"] or "").split())
