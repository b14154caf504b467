"""The catalog of the database behind a connection."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from bootctl.verify.catalog.mysql import reader as mysql
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading as postgresql
from bootctl.verify.catalog.sqlite import reader as sqlite

_READERS: dict[str, Callable[[Connection, tuple[str, ...]], Catalog]] = {
    "postgresql": postgresql.read,
    "mysql": mysql.read,
    "mariadb": mysql.read,
    "sqlite": sqlite.read,
}


def read(connection: Connection, schemas: Sequence[str] = ()) -> Catalog:
    """Return what is in the connection's default schema, and in ``schemas``.

    Takes no lock that a writer waits for, and writes nothing. What the server, or an extension of it,
    has made for itself is left out. What the role cannot see is said in ``Catalog.unseen``.
    """
    found = _READERS[connection.dialect.name](connection, tuple(schemas))
    return Catalog(found.objects, found.server, found.unseen, schemas)
