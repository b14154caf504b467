"""The live tables, as large as their server believes them to be: nothing is counted that is large."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bootctl.database import driver_errors
from bootctl.values import frozen

_SMALL_ROWS = 10_000
_SMALL_BYTES = 16 * 2**20
"""Any statement is through with so little in less than the time that requests take anyway."""
_SMALL_UNCOUNTED_BYTES = 2**20
"""The same where the rows are not known: ten thousand of a hundred bytes."""
_COUNTED = 100_000
"""SQLite has no statistics of its own: so many rows are counted, which takes milliseconds."""
_MOST_DBSTAT_BYTES = 64 * 2**20
"""Of a larger file SQLite's dbstat reads too much."""

_PATIENCE = "500ms"
"""How long a look waits for a table that somebody has locked."""


@frozen
class LiveTable:
    """What is known of one table."""

    rows: int | None = None
    bytes: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Each column's type, as the server writes it."""

    @property
    def is_small(self) -> bool:
        """Return whether it is known to be so small that nobody notices what is done to it."""
        if self.rows is None:
            return self.bytes is not None and self.bytes < _SMALL_UNCOUNTED_BYTES
        return self.rows < _SMALL_ROWS and (self.bytes or 0) < _SMALL_BYTES

    def larger(self, other: "LiveTable") -> "LiveTable":
        """Return the larger of two of the same name, in several databases."""
        return max(self, other, key=lambda one: (one.bytes or 0, one.rows or 0))


class LiveTables:
    """The tables of all databases, by their names in small letters, with their schema or without."""

    def __init__(self, found: Iterable[tuple[str, LiveTable]] = ()) -> None:
        self._tables: dict[str, LiveTable] = {}
        self.is_read = True
        """Whether every database has told its tables."""
        self.add(found)

    def add(self, found: Iterable[tuple[str, LiveTable]]) -> None:
        """Add those of one more database."""
        for name, table in found:
            known = self._tables.get(name.lower())
            self._tables[name.lower()] = known.larger(table) if known else table

    def is_nowhere(self, name: str) -> bool:
        """Return whether no schema has a table of that name: of a schema that was not read it is not known."""
        schema, _, own = name.lower().rpartition(".")
        if not self.is_read or (
            schema and not any(key.startswith(f"{schema}.") for key in self._tables)
        ):
            return False
        return not any(key.rpartition(".")[2] == own for key in self._tables)

    def get(self, name: str) -> LiveTable | None:
        """Return the table that a statement calls ``name``; ``None`` where there is none."""
        return self._tables.get(name.lower())


def read(connection: Connection) -> list[tuple[str, LiveTable]]:
    """Return every table that the connection's role can see, by its name with and without schema."""
    readers = {"postgresql": _postgresql, "sqlite": _sqlite}
    return readers.get(connection.dialect.name, _mysql)(connection)


_POSTGRESQL = """
    WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '{patience}', true))
    SELECT n.nspname, c.relname, pg_table_is_visible(c.oid), s.n_live_tup, c.reltuples, c.relpages,
           {own} AS own, {total} AS total, current_setting('block_size')::int AS page,
           (SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))::text
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    FROM patience, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%'
      AND n.nspname <> 'information_schema'
"""
"""The time-out is local to the statement, where every statement is a transaction."""
_EXACT = {"own": "pg_relation_size(c.oid)", "total": "pg_total_relation_size(c.oid)"}
"""Both wait for whoever has locked a table, or one of its indexes."""
_PAGES = "c.relpages::bigint * current_setting('block_size')::bigint"
_AS_ANALYSED = {
    "own": f"nullif({_PAGES}, 0)",
    "total": f"""nullif({_PAGES} + (
        SELECT COALESCE(sum(x.relpages), 0) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid
    ) * current_setting('block_size')::bigint, 0)""",
}
"""As large as when it was analysed last, which waits for nobody."""


def _postgresql(connection: Connection) -> list[tuple[str, LiveTable]]:
    try:
        rows = _asked(connection, _EXACT)
    except DBAPIError as error:
        failure = driver_errors.classify(error)
        if failure is None or failure.kind != "lock timeout":
            raise
        rows = _asked(connection, _AS_ANALYSED)
    return [item for row in rows for item in _of_postgresql(*row)]


def _asked(connection: Connection, sizes: Mapping[str, str]) -> Sequence[Any]:
    connection.rollback()  # SQLAlchemy's own, after an error
    return connection.execute(text(_POSTGRESQL.format(patience=_PATIENCE, **sizes))).all()


def _of_postgresql(
    schema: str, name: str, visible: bool, *numbers: Any
) -> Iterator[tuple[str, LiveTable]]:
    alive, tuples, pages, own, total, page, columns = numbers
    rows = _estimated(alive, float(tuples), pages, own, page)
    size = None if total is None else int(total)
    table = LiveTable(rows, size, json.loads(columns) if columns else {})
    yield f"{schema}.{name}", table
    if visible:
        yield name, table


def _estimated(
    alive: int | None, tuples: float, pages: int, own: int | None, page: int
) -> int | None:
    """Return the rows as PostgreSQL's planner estimates them: by their density, and the size now."""
    if own == 0:
        return 0
    if tuples > 0 and pages > 0:
        return max(int(tuples / pages * ((own or 0) / page)), alive or 0)
    return alive or None  # never analysed


_FRESH = "SET @bootctl_wait = @@lock_wait_timeout, SESSION lock_wait_timeout = 1 /*!80000 , SESSION information_schema_stats_expiry = 0 */"
"""MySQL 8 otherwise tells what was so up to a day ago; MariaDB takes that for a comment. What somebody
has locked is not waited for."""
_AS_BEFORE = "SET SESSION lock_wait_timeout = @bootctl_wait"
_MYSQL = """
    SELECT table_schema, table_name, table_rows, data_length + index_length
    FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema = DATABASE()
"""


def _mysql(connection: Connection) -> list[tuple[str, LiveTable]]:
    found: list[tuple[str, LiveTable]] = []
    connection.exec_driver_sql(_FRESH)
    try:
        read = connection.execute(text(_MYSQL)).all()
    finally:
        connection.exec_driver_sql(_AS_BEFORE)
    for schema, name, rows, size in read:
        table = LiveTable(_whole(rows), _whole(size))
        found += [(f"{schema}.{name}", table), (name, table)]
    return found


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _sqlite(connection: Connection) -> list[tuple[str, LiveTable]]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    names = [str(name) for (name,) in connection.exec_driver_sql(query).all()]
    sizes = _sqlite_sizes(connection)
    return [(name, _sqlite_table(connection, name, sizes.get(name))) for name in names]


def _sqlite_table(connection: Connection, name: str, size: int | None) -> LiveTable:
    quoted = '"' + name.replace('"', '""') + '"'
    query = f"SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT {_COUNTED})"
    try:
        rows = int(connection.exec_driver_sql(query).scalar() or 0)
        if rows == _COUNTED:
            last = connection.exec_driver_sql(f"SELECT max(rowid) FROM {quoted}").scalar()
            rows = max(rows, int(last or 0))
        columns = connection.exec_driver_sql(f"PRAGMA table_info({quoted})").all()
    except Exception:  # a virtual table of a module that is not loaded, or one without rowid
        return LiveTable(None, size)
    return LiveTable(rows, size, {row[1]: row[2] for row in columns})


def _sqlite_sizes(connection: Connection) -> dict[str, int]:
    """Return each table's size with its indexes; nothing where this SQLite cannot tell."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    page = connection.exec_driver_sql("PRAGMA page_size").scalar() or 0
    if pages * page > _MOST_DBSTAT_BYTES:
        return {}
    query = (
        "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
        "GROUP BY m.tbl_name"
    )
    try:
        return {name: int(size) for name, size in connection.exec_driver_sql(query)}
    except Exception:  # it was built without dbstat
        return {}
