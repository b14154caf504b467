"""The live schema as a catalog, whatever the transaction of who asks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootctl.database import causes, driver_errors
from bootctl.database.sqlalchemy_internals import isolation_level_of
from bootctl.database.transactions import is_in_block
from bootctl.output import log
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.read import read
from bootctl.verify.savepoint import savepoint

if TYPE_CHECKING:
    from sqlalchemy import Connection

Shows = Callable[[SchemaObject], bool]
"""Returns whether an object is the project's, and compared."""


def live(connection: "Connection", schemas: Sequence[str], shows: Shows) -> Catalog | None:
    """Return what ``shows`` says to be compared of the default schema and of ``schemas``.

    ``None``, after a warning, where the server refuses a query of it: the ORM's own comparison goes on.
    """
    try:
        with _reading(connection):
            return read(connection, schemas, is_undone=True).filtered(shows)
    except Exception as error:
        if not driver_errors.is_sqlalchemys(error) or driver_errors.classify(error):
            raise
        log.event(
            "verify.not_compared",
            "only tables, columns and keys are compared, the rest of the schema cannot be read: "
            f"{causes.root_message(error)}",
            level="WARNING",
            hint="Let the role that boots the service read the server's catalog.",
        )
        return None


@contextmanager
def _reading(connection: "Connection") -> Iterator[None]:
    """Read inside: nothing is written, and an error does not end the transaction.

    On PostgreSQL what is done is rolled back. In a transaction of somebody else what reads there forbids
    writing itself; MySQL has no way to.
    """
    dialect = connection.dialect.name
    if dialect == "sqlite":
        with _query_only(connection):
            yield
    elif _autocommits(connection):
        connection.exec_driver_sql(
            "BEGIN READ ONLY" if dialect == "postgresql" else "START TRANSACTION READ ONLY"
        )
        try:
            yield
        finally:
            connection.exec_driver_sql("ROLLBACK")
    else:
        with savepoint(connection):
            yield


def _autocommits(connection: "Connection") -> bool:
    """Return whether there is no transaction, which what is set in it would end with.

    What only looks has left the autocommit that it was made with.
    """
    if isolation_level_of(connection) != "AUTOCOMMIT":
        return False
    return not is_in_block(connection.connection.driver_connection)


@contextmanager
def _query_only(connection: "Connection") -> Iterator[None]:
    """Forbid writing by the connection (https://www.sqlite.org/pragma.html#pragma_query_only)."""
    before = connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    connection.exec_driver_sql("PRAGMA query_only = 1")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA query_only = {before}")
