"""Privileges."""

import re

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import own_name, quoted, routine, sql_name

_DEFAULT = re.compile(r"default privileges of (\S+) on ([a-z]+(?: objects)?)(?: in (.+))?")
_CLASSES = {
    **dict.fromkeys(("table", "partition", "view", "materialized view"), "tables"),
    "sequence": "sequences",
    **dict.fromkeys(("function", "procedure", "aggregate"), "functions"),
}
_OPTION = " WITH GRANT OPTION"


def fix(change: Change) -> list[str]:
    """Return the statements that give a role just the privileges that it is to have."""
    item = change.object
    name, _, grantee = item.name.rpartition(" to ")
    role = grantee if grantee == "PUBLIC" else quoted(grantee)
    start, on, column = _object(name, item)
    wanted = _privileges(change.expected, change)
    before = _privileges(change.live, change)
    gone = [privilege for privilege in before if privilege not in wanted]
    new = [privilege for privilege in wanted if privilege not in before]
    revoked = sorted(
        {p.removesuffix(_OPTION) for p in gone} | {p for p in new if p + _OPTION in before}
    )
    again = [p for p in wanted if p.removesuffix(_OPTION) in revoked or p in new]
    return [
        *(f"{start}REVOKE {p}{column} ON {on} FROM {role}" for p in revoked),
        *(
            f"{start}GRANT {p.removesuffix(_OPTION)}{column} ON {on} TO {role}"
            f"{_OPTION if p.endswith(_OPTION) else ''}"
            for p in again
        ),
    ]


def revoked(item: SchemaObject, catalog: Catalog, live: Catalog) -> list[str]:
    """Return the statements that take from a new object what default privileges have given."""
    statements = []
    for default in live.objects:
        found = _DEFAULT.match(default.name) if default.kind == "grant" else None
        if not found or found[2] != _CLASSES.get(item.kind):
            continue
        grantee = default.name.rpartition(" to ")[2]
        if ("grant", f"{item.name} to {grantee}") not in catalog.by_key:
            given = SchemaObject("grant", f"{item.name} to {grantee}", "", default.parts)
            statements += fix(Change(None, given))
    return statements


def _privileges(item: SchemaObject | None, change: Change) -> list[str]:
    """Return the privileges of one side, which are the default ones where it says nothing."""
    text = item.parts["privileges"] if item else change.object.parts.get("default", "none")
    return [] if text == "none" else text.split(", ")


def _object(name: str, item: SchemaObject) -> tuple[str, str, str]:
    """Return what comes before GRANT, what is after ON, and the column."""
    default = _DEFAULT.fullmatch(name)
    if default:
        schema = f" IN SCHEMA {default[3]}" if default[3] else ""
        return f"ALTER DEFAULT PRIVILEGES FOR ROLE {default[1]}{schema} ", default[2].upper(), ""
    for kind in ("schema", "type"):
        if name.startswith(f"{kind} "):
            return "", f"{kind.upper()} {sql_name(name.removeprefix(f'{kind} '))}", ""
    if item.table and name != item.table:
        column = own_name(SchemaObject("column", name, item.table))
        return "", sql_name(item.table), f" ({column})"
    if not item.table and name.endswith(")"):
        return "", f"ROUTINE {routine(name)}", ""
    return "", sql_name(name), ""
