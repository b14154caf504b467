"""The catalog of the database behind a connection."""

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bootctl.verify.catalog.objects import Catalog

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READERS = {
    "postgresql": "postgresql.reading",
    "mysql": "mysql.reader",
    "mariadb": "mysql.reader",
    "sqlite": "sqlite.reader",
}


def read(
    connection: "Connection", schemas: Sequence[str] = (), *, is_undone: bool = False
) -> Catalog:
    """Return what is in the connection's default schema, and in ``schemas``.

    Takes no lock that a writer waits for, and writes nothing. What the server, or an extension of it,
    has made for itself is left out. What the role cannot see is said in ``Catalog.unseen``.

    ``is_undone``: who asks rolls back what is done, so that PostgreSQL's settings are not set back.
    """
    dialect = connection.dialect.name
    options = _options(dialect, is_undone=is_undone)
    found: Catalog = reader_of(dialect).read(connection, tuple(schemas), **options)
    return Catalog(found.objects, found.server, found.unseen, schemas, found.default)


def read_tables(
    connection: "Connection", tables: Collection[str], *, is_undone: bool = False
) -> Catalog:
    """Return these tables, and what belongs to them: those that models would make, in a place apart.

    On PostgreSQL they are temporary; on MySQL they are in another database, which the connection uses;
    on SQLite in one in memory. ``is_undone``: see ``read``.
    """
    dialect = connection.dialect.name
    options = _options(dialect, is_undone=is_undone)
    found: Catalog = reader_of(dialect).read_tables(connection, tables, **options)
    return found


def _options(dialect: str, *, is_undone: bool) -> dict[str, bool]:
    """Return what PostgreSQL's reader is told: no other one sets anything."""
    return {"is_undone": is_undone} if dialect == "postgresql" else {}


def reader_of(dialect: str) -> Any:
    """Return the module for the kind of database, which is imported for that one only."""
    return import_module(f"bootctl.verify.catalog.{_READERS[dialect]}")
