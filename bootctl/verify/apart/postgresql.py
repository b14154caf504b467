"""As temporary tables of PostgreSQL, inside of a savepoint that is rolled back."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from bootctl.database.transactions import execute_script, takes_scripts
from bootctl.verify.apart.creating import Failures, created, names, quiet, statements
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.claims import is_plain, is_whole
from bootctl.verify.savepoint import savepoint

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import DDLCompiler

_AT_ONCE = 100
"""Tables that one message makes. Of those with one that cannot be made, each is tried alone.

The server keeps a lock of each table and index until it is rolled back, and has room for some thousands
(https://www.postgresql.org/docs/current/runtime-config-locks.html): more at once would leave none to others.
"""
_Written = Callable[[Dialect, Table], Iterator[str]]
"""Yields the statements that make a table."""


def temporary(
    connection: Connection, tables: Sequence[Table], *, worded: bool
) -> tuple[Catalog, Failures]:
    """Return what ``tables`` are once they are made; ``worded``: at least what only the server has words for."""
    from bootctl.verify.catalog.postgresql.reading import (
        read_tables,  # not where this is another database
    )

    written = _asked if worded else _whole
    path = connection.exec_driver_sql("SELECT current_setting('search_path')").scalar()
    # The types of extensions, and the project's own, are on the rest of the path.
    rest = f", {path}" if path else ""
    found: list[SchemaObject] = []
    failures: Failures = {}
    for first in range(0, len(tables), _AT_ONCE):
        some = tables[first : first + _AT_ONCE]
        with savepoint(connection):
            connection.exec_driver_sql(f"SET LOCAL search_path = pg_temp{rest}")
            if not _are_created_at_once(connection, some, written):
                failures |= created(connection, some)
            # Without a table the path names a schema that the server would have to make.
            if there := names(some, failures):
                found += read_tables(connection, there, worded=worded, is_undone=True).objects
    return Catalog(found), failures


def _whole(dialect: Dialect, table: Table) -> Iterator[str]:
    """Yield the statements that make ``table`` as the models have it."""
    return (_text(dialect, statement) for statement in statements(dialect, table))


def _asked(dialect: Dialect, table: Table) -> Iterator[str]:
    """Yield the statements that make of ``table`` what only the server has words for, and the columns of that.

    Its keys and its other indexes would take the server most of the time.
    """
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # none is compiled yet
    columns = {column: _own_words(compiler, column) for column in table.columns}
    constraints = sorted(compiler.process(item) for item in table.constraints if is_whole(item))
    indexes = sorted(
        _text(dialect, CreateIndex(item)) for item in table.indexes if not is_plain(item, dialect)
    )
    words = " ".join((*columns.values(), *constraints, *indexes)).lower()
    lines = [
        f"{_typed(dialect, column)} {own}"
        for column, own in columns.items()
        if own or column.name.lower() in words
    ]
    name = dialect.identifier_preparer.format_table(table)
    yield f"CREATE TABLE {name} ({', '.join((*lines, *constraints))})"
    yield from indexes


def _own_words(compiler: "DDLCompiler", column: Column[Any]) -> str:
    """Return what is computed in ``column``, and the CHECKs that it comes with."""
    own = (column.computed, *column.constraints)
    return " ".join(compiler.process(item) for item in own if item is not None)


def _typed(dialect: Dialect, column: Column[Any]) -> str:
    name = dialect.identifier_preparer.format_column(column)
    return f"{name} {dialect.type_compiler_instance.process(column.type, type_expression=column)}"


def _text(dialect: Dialect, statement: CreateTable | CreateIndex) -> str:
    return str(statement.compile(dialect=dialect))


def _are_created_at_once(
    connection: Connection, tables: Sequence[Table], written: _Written
) -> bool:
    """Make all of ``tables`` by one message; where that fails, or cannot be, none of them is made."""
    if not takes_scripts(connection):
        return False
    dialect = connection.dialect
    with quiet():
        script = ";\n".join(one for table in tables for one in written(dialect, table))
    if dialect.paramstyle in (
        "format",
        "pyformat",
    ):  # a '%' is doubled, for parameters that there are none of
        script = script.replace("%%", "%")
    try:
        with connection.begin_nested():
            execute_script(connection, script)
    except (
        Exception
    ):  # whatever the driver raises: of which table, is known when each is made alone
        return False
    return True
