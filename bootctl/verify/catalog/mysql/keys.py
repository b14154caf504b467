"""Primary keys, indexes, foreign keys and CHECK constraints."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from bootctl.verify.catalog.mysql.names import Scope, listed, quoted
from bootctl.verify.catalog.mysql.queries import Row, Server
from bootctl.verify.catalog.objects import SchemaObject, said

_USUAL = {"MEMORY": "HASH"}
_SAME_AS_NONE = ("RESTRICT", "NO ACTION")
"""InnoDB does the same for both."""


def indexes(
    rows: Iterable[Row],
    engines: Mapping[str, str],
    parsers: Mapping[tuple[str, str], str],
    scope: Scope,
    server: Server,
) -> Iterator[SchemaObject]:
    """Yield the primary keys and indexes. A UNIQUE constraint is an index, which is all the server says.

    ``engines`` has the engine of each table, which decides what the usual method is.
    """
    name_of = itemgetter(0, 1)
    for (table, name), group in groupby(sorted(rows, key=itemgetter(0, 1, 2)), name_of):
        own = list(group)
        _, _, _, non_unique, _, _, _, method, comment, ignored, _ = own[0]
        primary = name == "PRIMARY"
        parts = {
            "columns": ", ".join(_column(row, server) for row in own),
            "unique": "" if primary or non_unique else "yes",
            "method": "" if method == _USUAL.get(engines.get(table, ""), "BTREE") else method,
            "ignored" if server.is_mariadb else "invisible": "yes" if ignored == "YES" else "",
            "parser": parsers.get((table, name)),
            "comment": comment,
        }
        kind = "primary key" if primary else "index"
        yield SchemaObject(kind, scope.within(table, name), scope.of(table), said(parts))


def _column(row: Row, server: Server) -> str:
    _, _, _, _, column, order, length, method, _, _, expression = row
    text = quoted(column) if column else f"({server.plain(expression)})"
    if length and method != "SPATIAL":
        text += f"({length})"
    return f"{text} DESC" if order == "D" else text


def foreign_keys(
    rows: Iterable[Row], actions: Mapping[tuple[str, str], tuple[str, str]], scope: Scope
) -> Iterator[SchemaObject]:
    """Yield the foreign keys; ``actions`` are those on update and on delete, by table and name."""
    name_of = itemgetter(0, 1)
    for (table, name), group in groupby(sorted(rows, key=itemgetter(0, 1, 2)), name_of):
        own = list(group)
        target = scope.target(own[0][4], own[0][5])
        on_update, on_delete = actions.get((table, name), ("", ""))
        columns = listed([row[3] for row in own])
        parts = {
            "columns": columns,
            "target": f"{target} ({listed([row[6] for row in own])})",
            "on update": "" if on_update in _SAME_AS_NONE else on_update,
            "on delete": "" if on_delete in _SAME_AS_NONE else on_delete,
        }
        found = _named("foreign key", table, name, columns, scope)
        yield replace(found, parts=said(parts))


def checks(rows: Iterable[Row], scope: Scope, server: Server) -> Iterator[SchemaObject]:
    """Yield the CHECK constraints of tables. That of a column is a part of the column."""
    for table, name, level, clause, enforced in rows:
        if level == "Table":
            is_enforced = enforced == "YES"
            parts = {"definition": server.plain(clause), "enforced": "" if is_enforced else "no"}
            found = _named("check", table, name, parts["definition"], scope)
            yield replace(found, parts=said(parts))


def _named(kind: str, table: str, name: str, content: str, scope: Scope) -> SchemaObject:
    """Return a constraint without its parts, called by its content where the server gave it a name.

    Such a name has a number, by the order in which a table's constraints were made
    (https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html,
    https://mariadb.com/kb/en/constraint/).
    """
    for prefix in (f"{table}_ibfk_", f"{table}_chk_", "CONSTRAINT_", ""):
        if name.startswith(prefix) and name.removeprefix(prefix).isdigit():
            called = scope.within(table, f"({content})")
            return SchemaObject(kind, called, scope.of(table), given_name=name)
    return SchemaObject(kind, scope.within(table, name), scope.of(table))
