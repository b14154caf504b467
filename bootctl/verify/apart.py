"""Tables of SQLAlchemy's models as the database itself stores them, made where nothing stays of them.

Only the database knows how it writes a CHECK or the predicate of an index that models have in their
own words. PostgreSQL makes the tables as temporary ones, inside a savepoint that is rolled back; SQLite
in memory; MySQL as temporary ones, which its catalog does not list, so that their text is read.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Constraint,
    Dialect,
    MetaData,
    StaticPool,
    Table,
    create_engine,
)
from sqlalchemy.exc import NoReferencedTableError, SAWarning, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from bootctl.database import causes, driver_errors
from bootctl.database.sqlalchemy_internals import OWN, belongs_to_a_type, prefixes
from bootctl.database.transactions import execute_script, takes_scripts
from bootctl.verify.catalog.objects import Catalog, SchemaObject, said
from bootctl.verify.catalog.read import read_tables
from bootctl.verify.savepoint import savepoint

_AT_ONCE = 100
"""Tables that are made by one message. Of those with one that cannot be made, each is tried again."""

Failures = dict[str, str]
"""Why a table could not be made, by its name."""


def made(connection: Connection, tables: Iterable[Table]) -> tuple[Catalog, Failures]:
    """Return what ``tables`` are once they are made, each by its name without a schema.

    With foreign keys on SQLite alone, which makes them of tables that are not there.
    """
    builders: dict[str, Callable[[Connection, list[Table]], tuple[Catalog, Failures]]] = {
        "postgresql": _temporary,
        "sqlite": _in_memory,
        "mysql": _shown,
        "mariadb": _shown,
    }
    has_keys = connection.dialect.name == "sqlite"
    copies = [
        table
        if not has_keys and _is_its_copy(table)
        else _copy(table, _targets(table) if has_keys else MetaData())
        for table in tables
    ]
    return builders[connection.dialect.name](connection, copies) if copies else (Catalog(()), {})


def _targets(table: Table) -> MetaData:
    """Return metadata with copies of the tables that the foreign keys of ``table`` are to, as far as there are any."""
    metadata = MetaData()
    for key in table.foreign_key_constraints:
        with suppress(NoReferencedTableError):
            if key.referred_table is not table and key.referred_table.name not in metadata.tables:
                key.referred_table.to_metadata(metadata, schema=None)  # type: ignore[arg-type]  # see _copy
    return metadata


def _copy(table: Table, metadata: MetaData) -> Table:
    # Without its schema, which the stubs do not allow, and its prefixes, such as UNLOGGED.
    copy = table.to_metadata(metadata, schema=None)  # type: ignore[arg-type]  # see above
    own = (item for item in copy.constraints if not _comes_with_a_type(item))
    # A CHECK of columns attaches itself to their table: once more for each that a migration file makes.
    copy.constraints = set({_content(item): item for item in own}.values())
    for index in copy.indexes:
        if "postgresql_concurrently" in index.dialect_kwargs:
            index.dialect_kwargs["postgresql_concurrently"] = False
    return copy


def _is_its_copy(table: Table) -> bool:
    """Return whether a copy would be the same: to copy takes longer than to make."""
    contents = {_content(item) for item in table.constraints if not _comes_with_a_type(item)}
    changes = any(index.dialect_kwargs.get("postgresql_concurrently") for index in table.indexes)
    named = table.schema or prefixes(table)
    return not changes and not named and len(contents) == len(table.constraints)


def _content(constraint: Constraint) -> object:
    """Return what tells a constraint of a table from its others."""
    if isinstance(constraint, CheckConstraint):
        return str(constraint.name), str(constraint.sqltext)
    return constraint


def _comes_with_a_type(constraint: Constraint) -> bool:
    return isinstance(constraint, CheckConstraint) and belongs_to_a_type(constraint)


def _temporary(connection: Connection, tables: list[Table]) -> tuple[Catalog, Failures]:
    path = connection.exec_driver_sql("SELECT current_setting('search_path')").scalar()
    with savepoint(connection):
        # The types of extensions, and the project's own, are on the rest of the path.
        rest = f", {path}" if path else ""
        connection.exec_driver_sql(f"SET LOCAL search_path = pg_temp{rest}")
        failures = _create(connection, tables)
        names = _names(tables, failures)
        # Without a table the path names a schema that the server would have to make.
        return read_tables(connection, names) if names else Catalog(()), failures


def _in_memory(_: Connection, tables: list[Table]) -> tuple[Catalog, Failures]:
    engine = create_engine("sqlite://", poolclass=StaticPool, execution_options=OWN)
    try:
        with engine.connect() as memory:
            failures = _create(memory, tables)
            return read_tables(memory, _names(tables, failures)), failures
    finally:
        engine.dispose()


def _names(tables: list[Table], failures: Failures) -> list[str]:
    return [table.name for table in tables if table.name not in failures]


def _create(connection: Connection, tables: list[Table]) -> Failures:
    failures: Failures = {}
    with catch_warnings():
        # Of what the server will make of a model the project's own migrations tell.
        simplefilter("ignore", SAWarning)
        for first in range(0, len(tables), _AT_ONCE):
            some = tables[first : first + _AT_ONCE]
            if not _are_created_at_once(connection, some):
                for table in some:
                    with _failing(table, failures), _nested(connection):
                        for statement in _statements(connection, table):
                            connection.execute(statement)
    return failures


def _are_created_at_once(connection: Connection, tables: list[Table]) -> bool:
    """Make all of ``tables`` by one message; where that fails, or cannot be, none of them is made."""
    if not takes_scripts(connection):
        return False
    try:
        with connection.begin_nested():
            execute_script(connection, _script(connection, tables))
    except (
        Exception
    ):  # whatever the driver raises: of which table, is known when each is made alone
        return False
    return True


def _script(connection: Connection, tables: list[Table]) -> str:
    dialect = connection.dialect
    statements = (one for table in tables for one in _statements(connection, table))
    texts = [str(statement.compile(dialect=dialect)) for statement in statements]
    if dialect.paramstyle in (
        "format",
        "pyformat",
    ):  # a '%' is doubled, for parameters that there are none of
        texts = [text.replace("%%", "%") for text in texts]
    return ";\n".join(texts)


def _statements(connection: Connection, table: Table) -> Iterator[CreateTable | CreateIndex]:
    # A key to another table says nothing that the server would write otherwise.
    keys: list[Any] | None = None if connection.dialect.name == "sqlite" else []
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


@contextmanager
def _failing(table: Table, failures: Failures) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        failure = driver_errors.classify(error)
        if failure and failure.kind not in driver_errors.NOT_ALLOWED:
            raise
        failures[table.name] = causes.root_message(error)


_CHECK = re.compile(r"^ *CONSTRAINT `((?:[^`]|``)+)` CHECK \((.*)\),?$", re.MULTILINE)
_GENERATED = re.compile(
    r"^ *`((?:[^`]|``)+)` .* GENERATED ALWAYS AS \((.*)\) (VIRTUAL|STORED|PERSISTENT)", re.MULTILINE
)
_COLUMN = re.compile(
    r"^ *`((?:[^`]|``)+)` (\w+(?:\((?:'(?:[^']|'')*'|[^)'])*\))?(?: unsigned)?(?: zerofill)?)",
    re.MULTILINE,
)
_JSON = re.compile(r"^ *`((?:[^`]|``)+)` longtext .*CHECK \(json_valid\(`\1`\)\),?$", re.MULTILINE)
"""What MariaDB makes of a JSON."""
_NEVER_TEMPORARY = ("FULLTEXT", "SPATIAL")
"""Indexes that a temporary table of InnoDB cannot have. https://mariadb.com/kb/en/full-text-index-overview/"""
_INDEXED = r"`(?:[^`]|``)+`(?:\(\d+\))?(?: DESC)?"
_INDEX = re.compile(
    rf"^ *(?:(UNIQUE|FULLTEXT|SPATIAL) )?KEY `((?:[^`]|``)+)` \(({_INDEXED}(?:,{_INDEXED})*)\),?$",
    re.MULTILINE,
)


def _shown(connection: Connection, tables: list[Table]) -> tuple[Catalog, Failures]:
    failures: Failures = {}
    found: list[SchemaObject] = []
    for table in tables:
        quoted = connection.dialect.identifier_preparer.format_table(table)
        with _failing(table, failures):
            connection.exec_driver_sql(_with_indexes(table, quoted, connection.dialect))
            try:
                row = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()
                found += _of_text(table.name, row[1])
            finally:
                connection.exec_driver_sql(f"DROP TEMPORARY TABLE {quoted}")
    return Catalog(found), failures


def _with_indexes(table: Table, quoted: str, dialect: Dialect) -> str:
    """Return the statement that makes a temporary table with its indexes: CREATE INDEX would commit."""
    create = CreateTable(table, include_foreign_key_constraints=[])
    text = str(create.compile(dialect=dialect)).strip()
    inline = ""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        own = str(CreateIndex(index).compile(dialect=dialect)).strip().removeprefix("CREATE ")
        if not own.startswith(_NEVER_TEMPORARY):
            inline += own.replace(f" ON {quoted} (", " (", 1) + ", "
    text = text.replace(f"{quoted} (", f"{quoted} ({inline}", 1)
    return text.replace("CREATE", "CREATE TEMPORARY", 1)


def _of_text(table: str, text: str) -> Iterator[SchemaObject]:

    def item(kind: str, name: str, **parts: str) -> SchemaObject:
        own = name.replace("``", "`")
        return SchemaObject(kind, f"{table}.{own}", table, said(parts))

    for name, definition in _CHECK.findall(text):
        yield item("check", name, definition=definition)
    documents = set(_JSON.findall(text))
    for name, kind in _COLUMN.findall(text):
        yield item("column", name, type="json" if name in documents else kind)
    for name, expression, how in _GENERATED.findall(text):
        words = f"({expression}) {'virtual' if how == 'VIRTUAL' else 'stored'}"
        yield item("column", name, generated=words)
    for kind, name, columns in _INDEX.findall(text):
        method, unique = ("", "yes") if kind == "UNIQUE" else (kind, "")
        columns = columns.replace(",`", ", `")
        yield item("index", name, columns=columns, unique=unique, method=method)
