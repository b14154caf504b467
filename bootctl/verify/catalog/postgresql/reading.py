"""All queries, for whole schemas and for some temporary tables."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute
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
from bootctl.verify.catalog.postgresql.query import Query, answers
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
_REFUSED = """
    SELECT name FROM unnest(pg_catalog.string_to_array(CAST(:names AS text), ',')) name
    WHERE NOT pg_catalog.has_table_privilege('pg_catalog.' || name, 'SELECT')
"""


def read(connection: "Connection", schemas: tuple[str, ...]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``."""
    return _read(connection, scope.of_schemas(connection, schemas), _QUERIES)


def read_tables(
    connection: "Connection", tables: Collection[str], *, worded: bool = False
) -> Catalog:
    """See ``bootctl.verify.catalog.read.read_tables``: the tables are temporary ones.

    ``worded``: only their columns, and what else the server has words of its own for.
    """
    queries = [query for query in _QUERIES if (query.worded if worded else query.temporary)]
    return _read(connection, scope.of_temporary(connection, tuple(tables)), queries)


def _read(connection: "Connection", read: Scope, queries: Collection[Query]) -> Catalog:
    refused = _refused(connection, queries)
    seen = [query for query in queries if refused.isdisjoint(query.catalogs)]
    with rendered(connection, read.path):
        found = [*answers(connection, [query.sql(read) for query in seen])]
    objects = [
        item for query, rows in zip(seen, found, strict=True) for item in query.objects(rows)
    ]
    unseen = [query.reads for query in queries if query not in seen]
    return Catalog(objects, f"postgresql {read.version}", unseen, default=read.default)


def _refused(connection: "Connection", queries: Collection[Query]) -> frozenset[str]:
    """Return the system catalogs that the role may not read, where somebody has revoked it."""
    names = sorted({catalog for query in queries for catalog in query.catalogs})
    return frozenset(execute(connection, _REFUSED, {"names": ",".join(names)}).scalars())
