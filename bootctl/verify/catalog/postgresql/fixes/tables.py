"""Tables and partitions."""

import re

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import columns
from bootctl.verify.catalog.postgresql.fixes.names import command, commented, sql_name

_ROW_SECURITY = {
    "": "DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
    "enabled": "ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
    "forced": "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "forced, but not enabled": "DISABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
}


def create(item: SchemaObject, expected: Catalog) -> list[str]:
    """Return the statements that make a table with its columns, or a partition."""
    parts = item.parts
    unlogged = "UNLOGGED " if "persistence" in parts else ""
    if item.kind == "partition":
        shape = f"PARTITION OF {parts['of']} {parts['bound']}"
    else:
        found, later = columns.of(item, expected)
        shape = f"({', '.join(found)})"
    clauses = [
        f"CREATE {unlogged}TABLE {sql_name(item.name)} {shape}",
        f"INHERITS ({parts['inherits']})" if "inherits" in parts else "",
        f"PARTITION BY {parts['partition key']}" if "partition key" in parts else "",
        f"USING {parts['access method']}" if "access method" in parts else "",
        f"WITH ({parts['options']})" if "options" in parts else "",
        f"TABLESPACE {parts['tablespace']}" if "tablespace" in parts else "",
    ]
    after = [] if item.kind == "partition" else later
    if "of type" in parts:
        after.append(f"ALTER TABLE {sql_name(item.name)} OF {parts['of type']}")
    if "row security" in parts:
        after.append(f"ALTER TABLE {sql_name(item.name)} {_ROW_SECURITY[parts['row security']]}")
    return [" ".join(filter(None, clauses)), *after, *commented(item)]


def alter(change: Change) -> list[str]:
    """Return the statements that give a table what it is to have; none where only a new one can."""
    assert change.expected
    assert change.live
    actions: list[str] = []
    for part, (live, expected) in change.parts.items():
        match part:
            case "persistence":
                actions.append("SET UNLOGGED" if expected else "SET LOGGED")
            case "row security":
                actions.append(_ROW_SECURITY[expected])
            case "options":
                actions += storage_options(live, expected)
            case "inherits":
                actions += _inherited(live, expected)
            case "tablespace":
                actions.append(f"SET TABLESPACE {expected or 'pg_default'}")
            case "access method":
                actions.append(f"SET ACCESS METHOD {expected or 'heap'}")
            case "of type":
                actions.append(f"OF {expected}" if expected else "NOT OF")
            case "replica identity":
                actions.append(f"REPLICA IDENTITY {_replica(expected)}")
    table = f"ALTER {command(change.object.kind)} {sql_name(change.object.name)}"
    return [*(f"{table} {action}" for action in actions), *_rebound(change)]


def storage_options(live: str, expected: str) -> list[str]:
    """Return the actions of ALTER that reset what is set otherwise, and set what is to be."""
    before, wanted = (set(filter(None, text.split(", "))) for text in (live, expected))
    gone = {option.split("=")[0] for option in before - wanted}
    kept = {option.split("=")[0] for option in wanted}
    return [
        *([f"RESET ({', '.join(sorted(gone - kept))})"] if gone - kept else []),
        *([f"SET ({', '.join(sorted(wanted - before))})"] if wanted - before else []),
    ]


def attach(item: SchemaObject) -> str:
    """Return the statement that makes a table a partition."""
    return f"ALTER TABLE {item.parts['of']} ATTACH PARTITION {sql_name(item.name)} {item.parts['bound']}"


def detach(item: SchemaObject) -> str:
    """Return the statement that makes a partition a table of its own."""
    return f"ALTER TABLE {item.parts['of']} DETACH PARTITION {sql_name(item.name)}"


def _rebound(change: Change) -> list[str]:
    assert change.expected
    assert change.live
    if not change.parts.keys() & {"of", "bound"}:
        return []
    return [detach(change.live), attach(change.expected)]


def _inherited(live: str, expected: str) -> list[str]:
    before, wanted = ([*filter(None, text.split(", "))] for text in (live, expected))
    return [
        *(f"NO INHERIT {parent}" for parent in before if parent not in wanted),
        *(f"INHERIT {parent}" for parent in wanted if parent not in before),
    ]


def _replica(expected: str) -> str:
    plain = re.fullmatch("nothing|full", expected)
    return expected.upper() if plain else f"USING INDEX {expected}" if expected else "DEFAULT"
