"""What an interrupted statement leaves behind: half an index, half a copy of a table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sqlalchemy import Connection

from bootctl.database.state import Difference
from bootctl.ledger.recovery import WayOut

_INVALID_INDEXES = """
    SELECT t.relname, c.relname, i.indexrelid::regclass::text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE NOT i.indisvalid AND c.relkind = 'i' AND pg_table_is_visible(i.indrelid)
      AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid)
    ORDER BY 1, 2
"""
_BATCH_PREFIX = "_alembic_tmp_"
"""What Alembic calls the table that it copies another into, on SQLite."""


@dataclass(frozen=True)
class Leftover:
    """One thing that is half done."""

    kind: str
    name: str
    way_out: WayOut

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def leftovers(connection: Connection, ignore: Sequence[str]) -> tuple[Leftover, ...]:
    """What is half done, and is not being done right now; without names like those to ``ignore``."""
    readers = {"postgresql": invalid_indexes, "sqlite": _batch_tables}
    read = readers.get(connection.dialect.name)
    found = read(connection) if read else ()
    return tuple(
        item for item in found if not any(fnmatchcase(item.name, pattern) for pattern in ignore)
    )


def invalid_indexes(connection: Connection) -> tuple[Leftover, ...]:
    """Indexes that CREATE INDEX CONCURRENTLY has not finished: no query uses them.

    https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    """
    return tuple(
        Leftover(
            "invalid index",
            f"{table}.{index}",
            WayOut((f"REINDEX INDEX CONCURRENTLY {sql};",), (f"DROP INDEX CONCURRENTLY {sql};",)),
        )
        for table, index, sql in connection.exec_driver_sql(_INVALID_INDEXES)
    )


def of_tables(connection: Connection, tables: Collection[str]) -> list[Difference]:
    """The invalid indexes of ``tables``, in the schemas that are searched."""
    if connection.dialect.name != "postgresql":
        return []
    found = invalid_indexes(connection)
    return [Difference(i.kind, i.name) for i in found if i.name.partition(".")[0] in tables]


def _batch_tables(connection: Connection) -> tuple[Leftover, ...]:
    """A batch copies a table into another, drops the table, and gives the copy its name."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = set(connection.exec_driver_sql(query).scalars())
    return tuple(
        Leftover("unfinished batch table", copy, _from_copy(copy, tables))
        for copy in sorted(tables)
        if copy.startswith(_BATCH_PREFIX)
    )


def _from_copy(copy: str, tables: set[str]) -> WayOut:
    original = copy.removeprefix(_BATCH_PREFIX)
    if original in tables:
        return WayOut((), (f'DROP TABLE "{copy}";',))
    renamed = f'ALTER TABLE "{copy}" RENAME TO "{original}";'
    return WayOut((renamed,), ())
