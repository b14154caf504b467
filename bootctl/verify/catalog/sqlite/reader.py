"""The catalog of a database of SQLite."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection

from bootctl.verify.catalog.objects import Catalog, SchemaObject, said
from bootctl.verify.catalog.sqlite import columns, keys
from bootctl.verify.catalog.sqlite.definition import (
    Definition,
    arguments,
    body,
    parsed,
    reaction,
)
from bootctl.verify.catalog.sqlite.queries import Queries, Row

_DEFAULT = "main"


def read(connection: Connection, schemas: tuple[str, ...]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``. Another schema is an attached database."""
    wanted = dict.fromkeys((_DEFAULT, *schemas))
    found = (_qualified(schema, _objects(connection, schema)) for schema in wanted)
    return Catalog(chain.from_iterable(found), "SQLite 3")


def read_tables(connection: Connection, tables: Collection[str]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read_tables``."""
    return read(connection, ()).only(tables)


def _qualified(schema: str, objects: Iterator[SchemaObject]) -> Iterator[SchemaObject]:
    for item in objects:
        if schema == _DEFAULT:
            yield item
        else:
            table = item.table and f"{schema}.{item.table}"
            yield replace(item, name=f"{schema}.{item.name}", table=table)


def _objects(connection: Connection, schema: str) -> Iterator[SchemaObject]:
    queries = Queries(connection, schema)
    master = queries.master()
    kinds = queries.kinds(master)
    texts = {name: sql for _, name, _, sql in master}
    stored = {name: parsed(texts[name]) for name in kinds if _is_stored(name, kinds, texts)}
    yield from _tables(kinds, texts)
    yield from _of_stored(queries, kinds, texts, stored)
    for kind, name, table, sql in master:
        if kind == "view":
            yield SchemaObject("view", name, parts=said(dict(body(sql))))
        elif kind == "trigger":
            yield SchemaObject("trigger", f"{table}.{name}", table, said(dict(reaction(sql))))


def _is_stored(
    name: str, kinds: Mapping[str, tuple[str, bool, bool]], texts: Mapping[str, str]
) -> bool:
    return kinds[name][0] == "table" and name in texts


def _tables(
    kinds: Mapping[str, tuple[str, bool, bool]], texts: Mapping[str, str]
) -> Iterator[SchemaObject]:
    for name, (kind, without_rowid, strict) in kinds.items():
        if name in texts and kind != "shadow":
            parts = {
                "without rowid": "yes" if without_rowid else "",
                "strict": "yes" if strict else "",
                "virtual": arguments(texts[name]) if kind == "virtual" else "",
            }
            yield SchemaObject("table", name, parts=said(parts))


def _of_stored(
    queries: Queries,
    kinds: Mapping[str, tuple[str, bool, bool]],
    texts: Mapping[str, str],
    stored: Mapping[str, Definition],
) -> Iterator[SchemaObject]:
    rows = queries.columns()
    primary = keys.primary_keys(rows)
    indexes = keys.Indexes(queries.indexes(), texts, stored)
    indexed = indexes.of_primary_keys()
    never_null = set(_never_null(rows, kinds, indexed))
    yield from columns.columns(rows, stored, never_null)
    integers = {(row[0], row[1]) for row in rows if columns.declared(row[2]) == "INTEGER"}
    yield from keys.keys(primary, indexed, stored, integers)
    yield from indexes.objects()
    yield from keys.checks(stored)
    yield from keys.foreign_keys(queries.foreign_keys(), primary, stored)


def _never_null(
    rows: list[Row],
    kinds: Mapping[str, tuple[str, bool, bool]],
    indexed: Mapping[str, list[str]],
) -> Iterator[tuple[str, str]]:
    """Yield the columns of a primary key that can be null on no table: the rowid's, for one."""
    for table, name, _, _, _, place, _, _ in rows:
        _, without_rowid, strict = kinds.get(table, ("", False, False))
        if place and (without_rowid or strict or table not in indexed):
            yield table, name
