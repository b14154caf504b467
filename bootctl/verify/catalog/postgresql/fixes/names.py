"""The names of verdicts as names of SQL."""

import re
from collections.abc import Callable

from sqlalchemy.dialects import postgresql

from bootctl.verify.catalog.objects import SchemaObject

_PREPARER = postgresql.dialect(paramstyle="named").identifier_preparer  # type: ignore[no-untyped-call]
_IDENTIFIER = re.compile(r'"(?:[^"]|"")*"|[^."]+')
_SIGNATURE = re.compile(r'((?:"(?:[^"]|"")*"|[^"(])+)(\(.*\))', re.DOTALL)
CONSTRAINTS = ("primary key", "constraint", "check", "foreign key", "exclusion")
ROUTINES = ("function", "procedure", "aggregate")
_ON_TABLE = ("trigger", "rule", "policy", *CONSTRAINTS)
_COMMANDS = {"partition": "TABLE", "enum": "TYPE", **dict.fromkeys(CONSTRAINTS, "CONSTRAINT")}


def quoted(identifier: str) -> str:
    """Return a plain identifier as SQL has it."""
    return _PREPARER.quote(identifier)


def literal(text: str) -> str:
    """Return ``text`` as a constant of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifiers(name: str) -> list[str]:
    """Return the identifiers of a dotted name of a verdict, without quotes."""
    found = _IDENTIFIER.findall(name)
    return [part[1:-1].replace('""', '"') if part.startswith('"') else part for part in found]


def sql_name(name: str) -> str:
    """Return the name of an object that stands alone, or of a table, as SQL has it."""
    return ".".join(map(quoted, identifiers(name)))


def routine(name: str) -> str:
    """Return the name of a function with the types of its arguments as SQL has it."""
    called = _SIGNATURE.fullmatch(name)
    assert called
    return sql_name(called[1]) + called[2]


def own_name(item: SchemaObject) -> str:
    """Return the name of what belongs to a table, without the table, as SQL has it."""
    return sql_name(item.name.removeprefix(f"{item.table}."))


def beside(item: SchemaObject) -> str:
    """Return the name of an index, which is in the schema of its table, as SQL has it."""
    schema = [quoted(part) for part in identifiers(item.table)[:-1]]
    return ".".join([*schema, own_name(item)])


def command(kind: str) -> str:
    """Return what CREATE, ALTER, DROP and COMMENT ON call a kind of object."""
    return _COMMANDS.get(kind, kind.upper())


def address(item: SchemaObject) -> str:
    """Return what follows the kind of an object where DROP and COMMENT ON name it."""
    kind = item.kind
    if kind == "column":
        return f"{sql_name(item.table)}.{own_name(item)}"
    if kind == "index":
        return beside(item)
    if item.table and kind in _ON_TABLE:
        return f"{own_name(item)} ON {sql_name(item.table)}"
    if kind in _ADDRESSED:
        return _ADDRESSED[kind](item.name)
    return routine(item.name) if kind in ROUTINES else sql_name(item.name)


def _operator(name: str) -> str:
    called, bracket, arguments = name.partition("(")
    schema, dot, own = called.rpartition(".")
    return f"{sql_name(schema)}{dot}{own} {bracket}{arguments}"


def _operator_class(name: str) -> str:
    own, _, method = name.rpartition(" using ")
    return f"{sql_name(own)} USING {method}"


_ADDRESSED: dict[str, Callable[[str], str]] = {
    "operator": _operator,
    "operator class": _operator_class,
    "cast": lambda name: "({} AS {})".format(*name.split(" as ")),
    "user mapping": lambda name: "FOR {} SERVER {}".format(*name.split(" on ")),
    "transform": lambda name: "FOR {} LANGUAGE {}".format(*name.split(" for ")),
}
"""Kinds that are named by more than a name."""


def target(item: SchemaObject) -> str:
    """Return an object as COMMENT ON names it."""
    return f"{command(item.kind)} {address(item)}"


def commented(item: SchemaObject, *, cleared: bool = False) -> list[str]:
    """Return the statement that sets an object's comment, where it has one or had one."""
    if "comment" not in item.parts and not cleared:
        return []
    text = item.parts.get("comment")
    return [f"COMMENT ON {target(item)} IS {literal(text) if text else 'NULL'}"]
