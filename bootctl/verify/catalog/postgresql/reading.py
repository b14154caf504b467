"""All queries, for whole schemas and for some temporary tables."""

from collections.abc import Collection
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import (
    access,
    keys,
    others,
    routines,
    scope,
    tables,
    types,
    views,
)
from bootctl.verify.catalog.postgresql.query import Query, answers, with_rows
from bootctl.verify.catalog.postgresql.rendering import rendered
from bootctl.verify.catalog.postgresql.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUERIES: tuple[Query, ...] = (
    *tables.QUERIES,
    *keys.QUERIES,
    *types.QUERIES,
    *views.QUERIES,
    *routines.QUERIES,
    *access.QUERIES,
    *others.QUERIES,
)


def read(connection: "Connection", schemas: tuple[str, ...], *, is_undone: bool = False) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``."""
    catalogs = _catalogs(_QUERIES)
    read = scope.of_schemas(connection, schemas, catalogs, until_undone=is_undone)
    return _read(connection, read, _QUERIES, is_undone=is_undone)


def read_tables(
    connection: "Connection",
    tables: Collection[str],
    *,
    worded: bool = False,
    is_undone: bool = False,
) -> Catalog:
    """See ``bootctl.verify.catalog.read.read_tables``: the tables are temporary ones.

    ``worded``: only their columns, and what else the server has words of its own for.
    """
    queries = [query for query in _QUERIES if (query.worded if worded else query.temporary)]
    catalogs = _catalogs(queries)
    read = scope.of_temporary(connection, tables, catalogs, until_undone=is_undone)
    return _read(connection, read, queries, is_undone=is_undone)


def _read(
    connection: "Connection", read: Scope, queries: Collection[Query], *, is_undone: bool
) -> Catalog:
    seen = [query for query in queries if read.refused.isdisjoint(query.catalogs)]
    with nullcontext() if is_undone else rendered(connection, read.path):
        asked = [*with_rows(connection, seen, read)]
        found = [*answers(connection, [query.sql(read) for query in asked], read)]
    objects = [
        item for query, rows in zip(asked, found, strict=True) for item in query.objects(rows)
    ]
    unseen = [query.reads for query in queries if query not in seen]
    return Catalog(objects, f"postgresql {read.version}", unseen, default=read.default)


def _catalogs(queries: Collection[Query]) -> list[str]:
    return sorted({catalog for query in queries for catalog in query.catalogs})
