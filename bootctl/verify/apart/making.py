"""Making them where each kind of database can."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Constraint,
    MetaData,
    StaticPool,
    Table,
    create_engine,
)
from sqlalchemy.exc import NoReferencedTableError

from bootctl.database.sqlalchemy_internals import OWN, belongs_to_a_type, prefixes
from bootctl.verify.apart.creating import Failures, created, names
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read_tables


def made(connection: Connection, tables: Iterable[Table]) -> tuple[Catalog, Failures]:
    """Return what ``tables`` are once they are made, each by its name without a schema.

    With foreign keys on SQLite alone, which makes them of tables that are not there.
    """
    return _made(connection, tables)


def worded(connection: Connection, tables: Iterable[Table]) -> tuple[Catalog, Failures]:
    """Return of ``tables`` at least what only the database has words for: CHECKs, say, or expressions."""
    return _made(connection, tables, worded=True)


def _made(
    connection: Connection, tables: Iterable[Table], *, worded: bool = False
) -> tuple[Catalog, Failures]:
    dialect = connection.dialect.name
    copies = [_apart(table, has_keys=dialect == "sqlite") for table in tables]
    if not copies:
        return Catalog(()), {}
    if dialect == "sqlite":
        return _in_memory(copies)
    if dialect == "postgresql":
        from bootctl.verify.apart import postgresql

        return postgresql.temporary(connection, copies, worded=worded)
    from bootctl.verify.apart import mysql

    return mysql.shown(connection, copies)


def _apart(table: Table, *, has_keys: bool) -> Table:
    if has_keys:
        return _copy(table, _targets(table))
    return table if _is_its_copy(table) else _copy(table, MetaData())


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


def _in_memory(tables: Sequence[Table]) -> tuple[Catalog, Failures]:
    engine = create_engine("sqlite://", poolclass=StaticPool, execution_options=OWN)
    try:
        with engine.connect() as memory:
            failures = created(memory, tables)
            return read_tables(memory, names(tables, failures)), failures
    finally:
        engine.dispose()
