"""Making tables of models one by one, whatever becomes of each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from bootctl.database import causes, driver_errors
from bootctl.database.failures import NOT_ALLOWED

Failures = dict[str, str]
"""Why a table could not be made, by its name."""


def created(connection: Connection, tables: Sequence[Table]) -> Failures:
    """Make ``tables``, each with its indexes; return why some could not be made."""
    failures: Failures = {}
    with quiet():
        for table in tables:
            with failing(table, failures), _nested(connection):
                for statement in statements(connection.dialect, table):
                    connection.execute(statement)
    return failures


def names(tables: Sequence[Table], failures: Failures) -> list[str]:
    """Return the names of those that were made."""
    return [table.name for table in tables if table.name not in failures]


@contextmanager
def quiet() -> Iterator[None]:
    """Warn of nothing inside: of what the server will make of a model the project's own migrations tell."""
    with catch_warnings():
        simplefilter("ignore", SAWarning)
        yield


@contextmanager
def failing(table: Table, failures: Failures) -> Iterator[None]:
    """Note why ``table`` could not be made, where another could be; else raise."""
    try:
        yield
    except SQLAlchemyError as error:
        failure = driver_errors.classify(error)
        if failure and failure.kind not in NOT_ALLOWED:
            raise
        failures[table.name] = causes.root_message(error)


def statements(dialect: Dialect, table: Table) -> Iterator[CreateTable | CreateIndex]:
    """Yield what makes ``table`` and its indexes."""
    # A key to another table says nothing that the server would write otherwise.
    keys: list[Any] | None = None if dialect.name == "sqlite" else []
    yield CreateTable(table, include_foreign_key_constraints=keys)
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield CreateIndex(index)


@contextmanager
def _nested(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "postgresql":
        yield
        return
    with connection.begin_nested():
        yield
