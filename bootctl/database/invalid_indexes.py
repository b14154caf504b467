"""Indexes of PostgreSQL that CREATE INDEX CONCURRENTLY has not finished: no query uses them.

https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUERY = """
    SELECT t.relname, c.relname, i.indexrelid::regclass::text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE NOT i.indisvalid AND c.relkind = 'i' AND pg_table_is_visible(i.indrelid)
      AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)
    ORDER BY 1, 2
"""


class InvalidIndex(NamedTuple):
    """An index that is there, and that no query uses."""

    table: str
    name: str
    sql: str
    """Its name as a statement must write it."""


def invalid_indexes(connection: "Connection") -> tuple[InvalidIndex, ...]:
    """Return those in the schemas that are searched, and that nobody is building right now.

    None of any other database than PostgreSQL.
    """
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(InvalidIndex(*row) for row in connection.exec_driver_sql(_QUERY))
