"""Which schemas a database has besides the one that is a connection's default."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute
from bootctl.verify.catalog.objects import Catalog, SchemaObject

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OTHERS = """
    SELECT n.nspname FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND n.nspname IS DISTINCT FROM current_schema()
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_namespace'::regclass
        AND d.objid = n.oid AND d.deptype = 'e'
    )
    AND (EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid))
    ORDER BY n.nspname
"""


def others(connection: "Connection") -> tuple[str, ...]:
    """Return those in which there is anything, without the server's own and those of extensions."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(execute(connection, _OTHERS).scalars())


def within(catalog: Catalog, schemas: Collection[str]) -> Catalog:
    """Return what a catalog has of the default schema and of ``schemas``; it as it is if it lacks one."""
    left = set(catalog.schemas) - set(schemas)
    if not left or not set(schemas) <= set(catalog.schemas):
        return catalog
    within_it = tuple(f"{schema}." for schema in left)
    granted = tuple(f"{what} {schema} to " for schema in left for what in ("schema", "in"))

    def is_kept(item: SchemaObject) -> bool:
        of_it = (item.table or item.name).startswith(within_it)
        return not of_it and not (item.kind == "grant" and any(how in item.name for how in granted))

    found = catalog.filtered(is_kept)
    return Catalog(found.objects, found.server, found.unseen, tuple(schemas))
