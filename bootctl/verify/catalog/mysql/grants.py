"""Who may do what with tables, columns and routines.

What is granted on a whole database is left out: an administrator does that for a new user, and no
migration. A grant outlives what it is on, so of what is gone none counts.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.mysql.create import path
from bootctl.verify.catalog.mysql.names import Scope, quoted
from bootctl.verify.catalog.mysql.queries import Row
from bootctl.verify.catalog.objects import SchemaObject, said

_GRANTEE = re.compile(r"(.*?) to ('(?:[^']|'')*'@'.*')", re.DOTALL)
_OF_ROLE = "@''"
_EVERYBODY = "PUBLIC"
_NOTHING = "USAGE"


def grants(rows: Iterable[Row], tables: Collection[str], scope: Scope) -> Iterator[SchemaObject]:
    """Yield what is granted on ``tables``, and on columns of theirs."""
    shown = (row for row in rows if row[0] in tables and _says_something(row))
    of_one = itemgetter(0, 1, 2)
    for (table, column, grantee), group in groupby(sorted(shown, key=of_one), of_one):
        own = list(group)
        parts = {
            "privileges": ", ".join(sorted(row[3] for row in own if row[3] != _NOTHING)),
            "grantable": "yes" if not column and any(row[4] == "YES" for row in own) else "",
        }
        on = scope.within(table, column) if column else scope.of(table)
        yield SchemaObject("grant", f"{on} to {grantee}", scope.of(table), said(parts))


def _says_something(row: Row) -> bool:
    # Who may grant may do so of the whole table, whatever column the row is about.
    _, column, _, privilege, grantable = row
    return bool(privilege != _NOTHING or (not column and grantable == "YES"))


def on_routines(rows: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield what is granted on procedures and functions."""
    for kind, name, user, host, privileges in rows:
        granted = {text.strip().upper() for text in privileges.split(",")}
        grantee = f"'{user}'@'{host}'"
        parts = {
            "privileges": ", ".join(sorted(granted - {"GRANT"})),
            "grantable": "yes" if "GRANT" in granted else "",
            "on": kind,
        }
        yield SchemaObject("grant", f"{scope.of(name)} to {grantee}", "", said(parts))


def fix(change: Change, schemas: tuple[str, ...]) -> list[str]:
    """Return the statements that give somebody just the privileges that they are to have."""
    match = _GRANTEE.fullmatch(change.object.name)
    if match is None:
        return []
    on, grantee = match[1], match[2].removesuffix(_OF_ROLE)
    grantee = _EVERYBODY if grantee == f"'{_EVERYBODY}'" else grantee
    where, column = _object(change.object, on, schemas)
    before, wanted = (_privileges(side) for side in (change.live, change.expected))
    had, has = (
        "grantable" in (side.parts if side else {}) for side in (change.live, change.expected)
    )
    gone = [f"{name}{column}" for name in sorted(before - wanted)]
    new = [f"{name}{column}" for name in sorted(wanted - before)]
    if had and not has:
        gone.append("GRANT OPTION")
    option = " WITH GRANT OPTION" if has and not had else ""
    if option and not new:
        new = [_NOTHING]
    return [
        *([f"REVOKE {', '.join(gone)} ON {where} FROM {grantee}"] if gone else []),
        *([f"GRANT {', '.join(new)} ON {where} TO {grantee}{option}"] if new else []),
    ]


def _object(item: SchemaObject, on: str, schemas: tuple[str, ...]) -> tuple[str, str]:
    """Return what is after ON, and the column in brackets."""
    if not item.table:
        return f"{item.parts['on']} {path(on, schemas)}", ""
    column = on.removeprefix(item.table).removeprefix(".")
    return path(item.table, schemas), f" ({quoted(column)})" if column else ""


def _privileges(item: SchemaObject | None) -> set[str]:
    parts: Mapping[str, str] = item.parts if item else {}
    return set(filter(None, parts.get("privileges", "").split(", ")))
