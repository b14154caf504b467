"""Which schemas a database has besides the one that is a connection's default."""

from sqlalchemy import Connection, text

_OTHERS = text("""
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
""")


def others(connection: Connection) -> tuple[str, ...]:
    """Return those in which there is anything, without the server's own and those of extensions."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(connection.execute(_OTHERS).scalars())
