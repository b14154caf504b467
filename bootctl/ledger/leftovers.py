"""What an interrupted statement leaves behind: half an index, half a copy of a table."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bootctl.config.lists import Ignored
from bootctl.database.invalid_indexes import invalid_indexes
from bootctl.ledger.named import made_by
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COPY = re.compile(r"_cc(?:new|old)\d*$")
"""What PostgreSQL calls the copies of an index that REINDEX CONCURRENTLY leaves when it fails:
https://www.postgresql.org/docs/current/sql-reindex.html."""
INVALID_INDEX = "invalid index"
_BATCH_PREFIX = "_alembic_tmp_"
"""What Alembic calls the table that it copies another into, on SQLite."""


@frozen
class Leftover:
    """One thing that is half done."""

    kind: str
    name: str
    recovery_plan: RecoveryPlan

    @property
    def last(self) -> str:
        """Return its name without its table."""
        return self.name.rpartition(".")[2]

    def is_left_by(self, text: str) -> bool:
        """Return whether a ``text`` that was not ended has left it, and nothing else."""
        if self.kind == INVALID_INDEX:
            made = made_by(text)
            return made is not None and made.index == self.last
        fills = re.match(r"(?i)\s*(?:CREATE\s+TABLE|INSERT\s+INTO)\s+\W?(\w+)", text)
        return fills is not None and fills[1] == self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def leftovers(connection: "Connection", ignore: Sequence[Ignored | str]) -> tuple[Leftover, ...]:
    """Return what is half done, and is not being done right now; without what is to ``ignore``."""
    readers = {"postgresql": _invalid_indexes, "sqlite": _batch_tables}
    read = readers.get(connection.dialect.name)
    found = read(connection) if read else ()
    entries = [Ignored.of(entry) for entry in ignore]
    return tuple(
        item for item in found if not any(entry.matches(item.kind, item.name) for entry in entries)
    )


def _invalid_indexes(connection: "Connection") -> tuple[Leftover, ...]:
    return tuple(
        Leftover(
            INVALID_INDEX,
            f"{index.table}.{index.name}",
            _of_index(index.name, index.sql),
        )
        for index in invalid_indexes(connection)
    )


def _of_index(name: str, sql: str) -> RecoveryPlan:
    drop = f"DROP INDEX CONCURRENTLY {sql};"
    if _COPY.search(name):
        return RecoveryPlan((drop,), (drop,))
    return RecoveryPlan((f"REINDEX INDEX CONCURRENTLY {sql};",), (drop,))


def _batch_tables(connection: "Connection") -> tuple[Leftover, ...]:
    """Return a batch copies a table into another, drops the table, and gives the copy its name."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = set(connection.exec_driver_sql(query).scalars())
    return tuple(
        Leftover("unfinished batch table", copy, _from_copy(copy, tables))
        for copy in sorted(tables)
        if copy.startswith(_BATCH_PREFIX)
    )


def _from_copy(copy: str, tables: set[str]) -> RecoveryPlan:
    original = copy.removeprefix(_BATCH_PREFIX)
    if original in tables:
        return RecoveryPlan((), (f'DROP TABLE "{copy}";',))
    renamed = f'ALTER TABLE "{copy}" RENAME TO "{original}";'
    return RecoveryPlan((renamed,), ())
