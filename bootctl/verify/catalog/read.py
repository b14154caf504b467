"""The catalog of the database behind a connection."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection

from bootctl.verify.catalog.mysql import reader as mysql
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading as postgresql
from bootctl.verify.catalog.sqlite import reader as sqlite

_Reader = Callable[[Connection, tuple[str, ...]], Catalog]
_READERS: dict[str, _Reader] = {
    "postgresql": postgresql.read,
    "mysql": mysql.read,
    "mariadb": mysql.read,
    "sqlite": sqlite.read,
}
_TABLE_READERS: dict[str, Callable[[Connection, Collection[str]], Catalog]] = {
    "postgresql": postgresql.read_tables,
    "mysql": mysql.read_tables,
    "mariadb": mysql.read_tables,
    "sqlite": sqlite.read_tables,
}


def read(connection: Connection, schemas: Sequence[str] = ()) -> Catalog:
    """Return what is in the connection's default schema, and in ``schemas``.

    Takes no lock that a writer waits for, and writes nothing. What the server, or an extension of it,
    has made for itself is left out. What the role cannot see is said in ``Catalog.unseen``.
    """
    found = _READERS[connection.dialect.name](connection, tuple(schemas))
    return Catalog(found.objects, found.server, found.unseen, schemas)


def read_tables(connection: Connection, tables: Collection[str]) -> Catalog:
    """Return these tables, and what belongs to them: those that models would make, in a place apart.

    On PostgreSQL they are temporary; on MySQL they are in another database, which the connection uses;
    on SQLite in one in memory.
    """
    return _TABLE_READERS[connection.dialect.name](connection, tables)
