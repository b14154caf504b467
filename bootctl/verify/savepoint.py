"""What is done to compare, and undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def savepoint(connection: "Connection") -> Iterator[None]:
    """Undo what is done inside: on PostgreSQL an error, too, which else ends the transaction."""
    if connection.dialect.name != "postgresql":
        yield
        return
    nested = connection.begin_nested()
    try:
        yield
    finally:
        nested.rollback()
