"""Tables that no project migrates: the database or an extension makes them for another object."""

from sqlalchemy import Connection, Table

Named = tuple[str, str]
"""A table's schema, empty where it is found without one, and its name."""

_POSTGRESQL = """
SELECT unnest(ARRAY[nspname::text, CASE WHEN pg_table_is_visible(pg_class.oid) THEN '' END]), relname
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p', 'f') AND (relispartition OR EXISTS (
    SELECT FROM pg_depend
    WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
))
"""
"""Partitions, and the members of extensions: https://www.postgresql.org/docs/current/catalog-pg-depend.html"""

_SQLITE = "SELECT '', name FROM pragma_table_list WHERE type = 'shadow'"
"""What virtual tables keep their content in: https://www.sqlite.org/vtab.html#the_xshadowname_method"""

_QUERIES = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}


def other_tables(connection: Connection) -> frozenset[Named]:
    """Return the tables that are part of another object, such as a table's partitions."""
    query = _QUERIES.get(connection.dialect.name)
    rows = connection.exec_driver_sql(query) if query else ()
    return frozenset((schema, name) for schema, name in rows if schema is not None)


def named(table: Table) -> Named:
    """Return the table of a model as Alembic names it."""
    return table.schema or "", table.name
