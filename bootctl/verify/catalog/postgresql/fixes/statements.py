"""How each kind of object is made, altered and dropped."""

from collections.abc import Callable, Iterable

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import (
    columns,
    grants,
    keys,
    others,
    programs,
    sequences,
    tables,
    types,
)
from bootctl.verify.catalog.postgresql.fixes.names import (
    CONSTRAINTS,
    address,
    command,
    own_name,
    sql_name,
)

_CREATE: dict[str, Callable[[SchemaObject, Catalog], list[str]]] = {
    "extension": programs.extension,
    "server": others.server,
    "collation": others.collation,
    "text search dictionary": others.dictionary,
    "text search configuration": others.configuration,
    "enum": types.create,
    "domain": types.create_domain,
    "type": types.create,
    "sequence": sequences.create,
    "function": programs.defined,
    "procedure": programs.defined,
    "aggregate": programs.aggregate,
    "operator": others.operator,
    "cast": others.cast,
    "table": tables.create,
    "partition": tables.create,
    "column": columns.create,
    "primary key": keys.constraint,
    "constraint": keys.constraint,
    "check": keys.constraint,
    "exclusion": keys.constraint,
    "view": programs.view,
    "materialized view": programs.view,
    "index": keys.index,
    "foreign key": keys.constraint,
    "statistics": programs.statistics,
    "trigger": programs.defined,
    "rule": programs.defined,
    "policy": programs.policy,
    "event trigger": programs.event_trigger,
    "publication": others.publication,
}
ORDER = (
    *("foreign data wrapper", "language", "access method"),
    *_CREATE,
    *("foreign table", "operator class", "user mapping", "grant"),
)
"""The kinds in the order in which objects need each other."""
_ALTER: dict[str, Callable[[Change], list[str]]] = {
    "extension": programs.alter_extension,
    "enum": types.alter_enum,
    "type": types.alter_composite,
    "domain": types.alter_domain,
    "sequence": sequences.alter,
    "table": tables.alter,
    "foreign table": tables.alter,
    "partition": tables.alter,
    "function": programs.alter_function,
    "procedure": programs.alter_function,
    "index": keys.alter_index,
    "view": programs.alter_view,
    "materialized view": programs.alter_view,
    "trigger": programs.alter_trigger,
    "rule": programs.alter_trigger,
    "event trigger": programs.alter_trigger,
    **dict.fromkeys(CONSTRAINTS, keys.alter_constraint),
}


def create(item: SchemaObject, catalog: Catalog, live: Catalog) -> list[str]:
    """Return the statements that make an object as ``catalog`` has it; none where there is no way.

    Default privileges of the live database give it what it is not to have: that is revoked.
    """
    if item.kind not in _CREATE:
        return []
    return [*_CREATE[item.kind](item, catalog), *grants.revoked(item, catalog, live)]


def create_all(items: Iterable[SchemaObject], catalog: Catalog, live: Catalog) -> list[str]:
    """Return the statements that make objects again, and grant what was granted on them."""
    statements: list[str] = []
    for item in items:
        granted = item.kind == "grant"
        statements += grants.fix(Change(item, None)) if granted else create(item, catalog, live)
    return statements


def alter(change: Change) -> list[str]:
    """Return the statements that change an object; none where only a new one is what it is to be."""
    alters = _ALTER.get(change.object.kind)
    return alters(change) if alters else []


def drop(item: SchemaObject) -> list[str]:
    """Return the statement that drops an object."""
    if item.kind in CONSTRAINTS:
        return keys.drop(item)
    if item.kind == "column":
        return [f"ALTER TABLE {sql_name(item.table)} DROP COLUMN IF EXISTS {own_name(item)}"]
    return [f"DROP {command(item.kind)} IF EXISTS {address(item)}"]


def drop_all(items: Iterable[SchemaObject]) -> list[str]:
    """Return the statements that drop objects; grants go with what they are on."""
    return [statement for item in items if item.kind != "grant" for statement in drop(item)]
