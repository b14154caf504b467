"""Primary keys, indexes, foreign keys and CHECK constraints."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from bootctl.verify.catalog.mysql.columns import unescaped
from bootctl.verify.catalog.mysql.names import Scope, listed, quoted
from bootctl.verify.catalog.mysql.queries import Row
from bootctl.verify.catalog.objects import SchemaObject, said

_SAME_AS_NONE = ("RESTRICT", "NO ACTION")
"""InnoDB does the same for both."""


def indexes(
    rows: Iterable[Row], parsers: Mapping[tuple[str, str], str], scope: Scope, mariadb: bool
) -> Iterator[SchemaObject]:
    """Yield the primary keys and indexes. A UNIQUE constraint is an index, which is all the server says."""
    name_of = itemgetter(0, 1)
    for (table, name), group in groupby(sorted(rows, key=itemgetter(0, 1, 2)), name_of):
        own = list(group)
        _, _, _, non_unique, _, _, _, method, comment, ignored, _ = own[0]
        primary = name == "PRIMARY"
        parts = {
            "columns": ", ".join(_column(row) for row in own),
            "unique": "" if primary or non_unique else "yes",
            "method": "" if method == "BTREE" else method,
            "ignored" if mariadb else "invisible": "yes" if ignored == "YES" else "",
            "parser": parsers.get((table, name)),
            "comment": comment,
        }
        kind = "primary key" if primary else "index"
        yield SchemaObject(kind, scope.within(table, name), scope.of(table), said(parts))


def _column(row: Row) -> str:
    _, _, _, _, column, order, length, method, _, _, expression = row
    text = quoted(column) if column else f"({unescaped(expression)})"
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
        parts = {
            "columns": listed([row[3] for row in own]),
            "target": f"{target} ({listed([row[6] for row in own])})",
            "on update": "" if on_update in _SAME_AS_NONE else on_update,
            "on delete": "" if on_delete in _SAME_AS_NONE else on_delete,
        }
        yield SchemaObject("foreign key", scope.within(table, name), scope.of(table), said(parts))


def checks(rows: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield the CHECK constraints of tables. That of a column is a part of the column."""
    for table, name, level, clause, enforced in rows:
        if level == "Table":
            parts = {"definition": unescaped(clause), "enforced": "" if enforced == "YES" else "no"}
            yield SchemaObject("check", scope.within(table, name), scope.of(table), said(parts))
