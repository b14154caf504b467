"""Enums, domains and composite types."""

import re

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import (
    commented,
    identifiers,
    own_name,
    quoted,
    sql_name,
)

_ITEM = re.compile(r"""(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|\([^()]*\)|[^,'"(])+""")
_NAMED = re.compile(r'("(?:[^"]|"")*"|\S+) (.*)', re.DOTALL)


def _listed(text: str) -> list[str]:
    """Return the items of a list that commas separate."""
    return [item.strip() for item in _ITEM.findall(text)]


def create(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make an enum, a composite or a range type; none for any other."""
    parts = item.parts
    name = sql_name(item.name)
    if item.kind == "enum":
        return [f"CREATE TYPE {name} AS ENUM ({parts.get('labels', '')})", *commented(item)]
    if "subtype" in parts:
        shape = {
            "subtype": "SUBTYPE",
            "operator class": "SUBTYPE_OPCLASS",
            "difference": "SUBTYPE_DIFF",
            "canonical": "CANONICAL",
        }
        found = ", ".join(
            f"{word} = {parts[part]}" for part, word in shape.items() if part in parts
        )
        return [f"CREATE TYPE {name} AS RANGE ({found})", *commented(item)]
    if "input" in parts:
        return []
    return [f"CREATE TYPE {name} AS ({parts.get('attributes', '')})", *commented(item)]


def create_domain(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a domain with its checks."""
    parts = item.parts
    clauses = [
        f"CREATE DOMAIN {sql_name(item.name)} AS {parts['type']}",
        f"COLLATE {parts['collation']}" if "collation" in parts else "",
        f"DEFAULT {parts['default']}" if "default" in parts else "",
        "NOT NULL" if parts["nullable"] == "no" else "",
        *(f"CONSTRAINT {name} {check}" for name, check in _checks(parts.get("checks", "")).items()),
    ]
    return [" ".join(filter(None, clauses)), *commented(item)]


def alter_domain(change: Change) -> list[str]:
    """Return the statements that change a domain; none where its type is another."""
    if change.parts.keys() & {"type", "collation"}:
        return []
    start = f"ALTER DOMAIN {sql_name(change.object.name)} "
    statements = []
    for part, (live, expected) in change.parts.items():
        if part == "default":
            statements.append(f"SET DEFAULT {expected}" if expected else "DROP DEFAULT")
        elif part == "nullable":
            statements.append("SET NOT NULL" if expected == "no" else "DROP NOT NULL")
        elif part == "checks":
            before, wanted = _checks(live), _checks(expected)
            statements += [f"DROP CONSTRAINT {n}" for n in before if before[n] != wanted.get(n)]
            statements += [
                f"ADD CONSTRAINT {n} {wanted[n]}" for n in wanted if wanted[n] != before.get(n)
            ]
    return [start + action for action in statements]


def _checks(text: str) -> dict[str, str]:
    found = [_NAMED.fullmatch(line) for line in re.split(r"\n(?=\S+ CHECK )", text)]
    return {check[1]: check[2] for check in found if check}


def alter_enum(change: Change) -> list[str]:
    """Return the statements that add or rename labels; none where that is not enough."""
    if "labels" not in change.parts:
        return []
    before, wanted = (_listed(text) for text in change.parts["labels"])
    name = sql_name(change.object.name)
    gone, new = [x for x in before if x not in wanted], [x for x in wanted if x not in before]
    if (
        len(before) == len(wanted)
        and [x if x not in gone else new[gone.index(x)] for x in before] == wanted
    ):
        return [
            f"ALTER TYPE {name} RENAME VALUE {a} TO {b}" for a, b in zip(gone, new, strict=True)
        ]
    if [x for x in wanted if x in before] == before:
        return [
            f"ALTER TYPE {name} ADD VALUE {_placed(label, wanted)}"
            for label in wanted
            if label in new
        ]
    return []


def _placed(label: str, wanted: list[str]) -> str:
    place = wanted.index(label)
    if place:
        return f"{label} AFTER {wanted[place - 1]}"
    return f"{label} BEFORE {wanted[1]}" if len(wanted) > 1 else label


def loses(change: Change) -> bool:
    """Return whether a label or an attribute goes that rows may have."""
    if any(" DROP ATTRIBUTE " in action for action in alter_composite(change)):
        return True
    before, wanted = (_listed(text) for text in change.parts.get("labels", ("", "")))
    return len(before) > len(wanted) or (bool({*before} - {*wanted}) and not alter_enum(change))


def replaced(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return the statements that give every column an enum of the same name with other labels."""
    assert change.expected
    name = sql_name(change.object.name)
    schema, _, plain = name.rpartition(".")
    old = quoted(f"{identifiers(plain)[0]}_before")
    statements = [f"ALTER TYPE {name} RENAME TO {old}", *create(change.expected, live)]
    for column in (item for item in live.objects if item.key in expected.by_key):
        kind = column.parts.get("type", "")
        if column.kind != "column" or identifiers(kind.removesuffix("[]")) != identifiers(name):
            continue
        start = f"ALTER TABLE {sql_name(column.table)} ALTER COLUMN {own_name(column)} "
        default = column.parts.get("default")
        array = "[]" * kind.endswith("[]")
        statements += [
            *([f"{start}DROP DEFAULT"] if default else []),
            f"{start}TYPE {kind} USING {own_name(column)}::text{array}::{kind}",
            *([f"{start}SET DEFAULT {default}"] if default else []),
        ]
    return [*statements, f"DROP TYPE {f'{schema}.' if schema else ''}{old}"]


def alter_composite(change: Change) -> list[str]:
    """Return the statements that change the attributes of a composite type."""
    if "attributes" not in change.parts:
        return []
    before, wanted = (
        {m[1]: m[2] for item in _listed(text) if (m := _NAMED.fullmatch(item))}
        for text in change.parts.get("attributes", ("", ""))
    )
    if len(before) == len(wanted) and [*before.values()] == [*wanted.values()]:
        pairs = zip(before, wanted, strict=True)
        actions = [f"RENAME ATTRIBUTE {a} TO {b}" for a, b in pairs if a != b]
    else:
        actions = [
            *(f"DROP ATTRIBUTE {a}" for a in before if a not in wanted),
            *(f"ALTER ATTRIBUTE {a} TYPE {t}" for a, t in wanted.items() if before.get(a, t) != t),
            *(f"ADD ATTRIBUTE {a} {t}" for a, t in wanted.items() if a not in before),
        ]
    return [f"ALTER TYPE {sql_name(change.object.name)} {a} CASCADE" for a in actions]
