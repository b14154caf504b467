"""The catalog of the database behind a connection."""

from collections.abc import Callable, Collection

from sqlalchemy import Connection

from bootctl.verify.catalog import postgresql
from bootctl.verify.catalog.mysql import reader as mysql
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.sqlite import reader as sqlite

_Reader = Callable[[Connection, tuple[str, ...]], Catalog]
_READERS: dict[str, _Reader] = {
    "postgresql": postgresql.read,
    "mysql": mysql.read,
    "mariadb": mysql.read,
    "sqlite": sqlite.read,
}
_TABLE_READERS: dict[str, Callable[[Connection, Collection[str]], Catalog]] = {
    "mysql": mysql.read_tables,
    "mariadb": mysql.read_tables,
    "sqlite": sqlite.read_tables,
}


def read(connection: Connection, schemas: Collection[str] = ()) -> Catalog:
    """Return what is in the connection's default schema, and in ``schemas``.

    Takes no lock that a writer waits for, and writes nothing. What the server, or an extension of it,
    has made for itself is left out. What the role cannot see is said in ``Catalog.unseen``.
    """
    return _READERS[connection.dialect.name](connection, tuple(schemas))


def read_tables(connection: Connection, tables: Collection[str]) -> Catalog:
    """Return these tables, and what belongs to them: those that models would make, in a place apart.

    On MySQL that is another database, which the connection uses; on SQLite one in memory.
    """
    return _TABLE_READERS[connection.dialect.name](connection, tables)
