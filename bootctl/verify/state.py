"""Whether a schema is what it was: by what the server says of its whole catalog, as receipts have it."""

from typing import TYPE_CHECKING

from bootctl.database import catalog_hash, driver_errors, postgresql_hash
from bootctl.database.driver_connection import execute
from bootctl.verify.savepoint import savepoint

if TYPE_CHECKING:
    from sqlalchemy import Connection


def state(connection: "Connection") -> str | None:
    """Return what differs once anything of the schema does, or what the session sees of it.

    ``None`` where the server refuses to tell, and of one that commits each statement.
    """
    dialect = connection.dialect.name
    if dialect not in ("postgresql", "sqlite"):
        return None
    hashing = (f"SELECT {postgresql_hash.expression()}",)
    queries = hashing if dialect == "postgresql" else catalog_hash.SQLITE
    try:
        with savepoint(connection):
            return str([execute(connection, query).all() for query in queries])
    except Exception as error:
        if not driver_errors.is_sqlalchemys(error):
            raise
        return None
