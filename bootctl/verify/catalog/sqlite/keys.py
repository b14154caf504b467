"""Keys, CHECK constraints and indexes.

SQLite knows a UNIQUE constraint and a foreign key by nothing but its columns, and so they are called. The
name in the text is kept for who writes the table anew.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from bootctl.verify.catalog.objects import Parts, SchemaObject, said
from bootctl.verify.catalog.sqlite.definition import PRIMARY_KEY, Definition, indexed
from bootctl.verify.catalog.sqlite.queries import Row
from bootctl.verify.catalog.sqlite.tokens import named

_Told = TypeVar("_Told")
_EXPRESSION = -2
PrimaryKeys = Mapping[str, list[str]]
"""The columns of each table's primary key, in order."""


def primary_keys(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return the columns of each table's primary key, from the rows of columns."""
    found: dict[str, list[tuple[int, str]]] = {}
    for table, name, _, _, _, place, _, _ in rows:
        if place:
            found.setdefault(table, []).append((place, name))
    return {table: [name for _, name in sorted(columns)] for table, columns in found.items()}


class Indexes:
    """The indexes of all tables, those that are made for a key among them."""

    def __init__(
        self, rows: Iterable[Row], texts: Mapping[str, str], definitions: Mapping[str, Definition]
    ) -> None:
        name_of = itemgetter(0, 1, 2, 3)
        self._found = [
            (key, list(group))
            for key, group in groupby(sorted(rows, key=itemgetter(0, 1, 2, 3, 4)), name_of)
            if key[0] in definitions
        ]
        self._texts = texts
        self._definitions = definitions

    def of_primary_keys(self) -> dict[str, list[str]]:
        """Return the columns of those that are made for a primary key, as they are indexed."""
        return {
            key[0]: [self._column(row, "") for row in rows]
            for key, rows in self._found
            if key[3] == "pk"
        }

    def objects(self) -> Iterator[SchemaObject]:
        """Yield the indexes that somebody made, and the UNIQUE constraints."""
        for (table, name, unique, origin), rows in self._found:
            if origin == "c":
                parts = self._index(name, bool(unique), rows)
                yield SchemaObject("index", f"{table}.{name}", table, parts)
            elif origin == "u":
                yield self._constraint(table, rows)

    def _constraint(self, table: str, rows: list[Row]) -> SchemaObject:
        columns = ", ".join(self._column(row, "") for row in rows)
        plain = tuple(row[6].lower() for row in rows)
        conflict = self._definitions[table].unique.get(plain, "")
        parts = said({"columns": columns, "on conflict": conflict})
        name = self._definitions[table].names.get(plain, "")
        return SchemaObject("constraint", f"{table}.({columns})", table, parts, given_name=name)

    def _index(self, name: str, unique: bool, rows: list[Row]) -> Parts:
        texts, predicate = indexed(self._texts[name])
        columns = ", ".join(self._column(row, text) for row, text in zip(rows, texts, strict=True))
        unique_part = "yes" if unique else ""
        return said({"columns": columns, "unique": unique_part, "predicate": predicate})

    def _column(self, row: Row, expression: str) -> str:
        table, _, _, _, _, cid, name, descending, collation = row
        text = f"({expression})" if cid == _EXPRESSION else named(name or "rowid")
        own = self._definitions[table].collations.get((name or "").lower(), "BINARY")
        if collation.upper() != own:
            text += f" COLLATE {collation.upper()}"
        return f"{text} DESC" if descending else text


def keys(
    primary: PrimaryKeys,
    indexed_keys: PrimaryKeys,
    definitions: Mapping[str, Definition],
    integers: Collection[tuple[str, str]],
) -> Iterator[SchemaObject]:
    """Yield the primary keys; ``integers`` are the columns of that type, by table and name."""
    for table, columns in primary.items():
        if table in definitions:
            definition = definitions[table]
            is_integer = len(columns) == 1 and (table, columns[0]) in integers
            is_indexed = table in indexed_keys and not _has_no_rowid(definition)
            parts = {
                "columns": ", ".join(indexed_keys.get(table) or map(named, columns)),
                "autoincrement": "yes" if definition.autoincrement else "",
                "on conflict": definition.primary_key,
                # The id is not the number of its row, which is filled in where it is left out.
                "rowid": "no" if is_integer and is_indexed else "",
            }
            name = definition.names.get(PRIMARY_KEY, "")
            yield SchemaObject("primary key", table, table, said(parts), given_name=name)


def _has_no_rowid(definition: Definition) -> bool:
    return any("rowid" in option.lower() for option in definition.options)


def checks(definitions: Mapping[str, Definition]) -> Iterator[SchemaObject]:
    """Yield the CHECK constraints, each by its name, or by its expression where it has none."""
    for table, definition in definitions.items():
        for name, text in dict.fromkeys(definition.checks):
            called = f"{table}.{name or f'({text})'}"
            yield SchemaObject("check", called, table, {"definition": text})


def foreign_keys(
    rows: Iterable[Row], primary: PrimaryKeys, definitions: Mapping[str, Definition]
) -> Iterator[SchemaObject]:
    """Yield the foreign keys."""
    by_name = {table.lower(): columns for table, columns in primary.items()}
    seen: set[str] = set()
    for (table, number), group in groupby(sorted(rows, key=itemgetter(0, 1, 2)), itemgetter(0, 1)):
        if table not in definitions:
            continue
        own = list(group)
        targets = [row[5] for row in own]
        if None in targets:  # the target's primary key
            targets = by_name.get(own[0][3].lower(), [])
        parts = {
            "columns": _listed(row[4] for row in own),
            "target": f"{named(own[0][3])} ({_listed(targets)})",
            "on update": "" if own[0][6] == "NO ACTION" else own[0][6],
            "on delete": "" if own[0][7] == "NO ACTION" else own[0][7],
            "deferrable": "initially deferred"
            if _at(number, definitions[table].deferred, False)
            else "",
        }
        called = f"{table}.({parts['columns']})"
        if called in seen:
            called = f"{called} {parts['target']}"
        seen.add(called)
        name = _at(number, definitions[table].foreign_names, "")
        yield SchemaObject("foreign key", called, table, said(parts), given_name=name)


def _at(number: int, told: Sequence[_Told], otherwise: _Told) -> _Told:
    """Return what the text tells of a foreign key. SQLite counts them from the last one on."""
    at = len(told) - 1 - number
    return told[at] if at >= 0 else otherwise


def _listed(names: Iterable[str]) -> str:
    return ", ".join(named(name) for name in names)
