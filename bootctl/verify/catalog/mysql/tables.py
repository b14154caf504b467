"""Tables, their partitions, and sequences."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from bootctl.verify.catalog.mysql.names import Scope, literal, quoted
from bootctl.verify.catalog.mysql.queries import Row
from bootctl.verify.catalog.objects import SchemaObject, said

_ROW_FORMAT = re.compile(r"\brow_format=(\w+)", re.IGNORECASE)
_ASCENDING = {"start": 1, "increment": 1, "minimum": 1, "maximum": 2**63 - 2, "cache": 1000}
_DESCENDING = {"start": -1, "increment": -1, "minimum": -(2**63) + 1, "maximum": -1, "cache": 1000}
NO_TABLES = ("VIEW", "SEQUENCE")
_VOLATILE = "SYSTEM_TIME"
"""History is partitioned by the server, which adds partitions with time."""


def tables(rows: Iterable[Row], partitions: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield the tables and their partitions."""
    parted = _by_table(partitions)
    for name, kind, engine, collation, options, comment in rows:
        if kind in NO_TABLES:
            continue
        own = parted.get(name, [])
        formats = _ROW_FORMAT.search(options or "")
        rest = _ROW_FORMAT.sub("", options or "").replace("partitioned", "")
        yield SchemaObject(
            "table",
            scope.of(name),
            parts=said(
                {
                    "engine": engine,
                    "collation": collation,
                    "row format": formats and formats[1].upper(),
                    "options": " ".join(rest.split()),
                    "comment": comment,
                    "versioning": "system" if kind == "SYSTEM VERSIONED" else "",
                    "partition key": _partition_key(own),
                }
            ),
        )
        yield from _partitions(name, own, scope)


def _by_table(rows: Iterable[Row]) -> dict[str, list[Row]]:
    first = itemgetter(0)
    found = sorted(rows, key=lambda row: (row[0], row[2], row[3] or ""))
    return {table: list(own) for table, own in groupby(found, first)}


def _partition_key(rows: list[Row]) -> str:
    if not rows:
        return ""
    _, first, _, _, method, expression, method2, expression2, _, _ = rows[0]
    if method == _VOLATILE:
        return _VOLATILE
    key = f"{method} ({expression or ''})"
    if method2:
        count = sum(row[1] == first for row in rows)
        key += f" SUBPARTITION BY {method2} ({expression2 or ''}) SUBPARTITIONS {count}"
    return key


def _partitions(table: str, rows: list[Row], scope: Scope) -> Iterator[SchemaObject]:
    seen = set()
    for _, name, place, _, method, _, _, _, description, comment in rows:
        if name not in seen and method != _VOLATILE:
            seen.add(name)
            parts = said({"bound": _bound(method, description), "comment": comment})
            called = scope.within(table, name)
            yield SchemaObject("partition", called, scope.of(table), parts, place)


def _bound(method: str, description: str) -> str:
    if method.startswith("RANGE"):
        return f"VALUES LESS THAN ({description})"
    return f"VALUES IN ({description})" if method.startswith("LIST") else ""


def sequences(
    connection: Connection, tables: Iterable[Row], scope: Scope
) -> Iterator[SchemaObject]:
    """Yield the sequences of MariaDB, each of which is a table with one row."""
    names = [row[0] for row in tables if row[1] == "SEQUENCE"]
    if not names:
        return
    rows = connection.exec_driver_sql(
        " UNION ALL ".join(_sequence(name, scope).replace("%", "%%") for name in names)
    )
    for name, start, increment, minimum, maximum, cache, cycle in rows:
        values = {
            "start": start,
            "increment": increment,
            "minimum": minimum,
            "maximum": maximum,
            "cache": cache,
        }
        usual = _DESCENDING if increment < 0 else _ASCENDING
        parts = {part: str(value) for part, value in values.items() if value != usual[part]}
        yield SchemaObject(
            "sequence", scope.of(name), parts=parts | ({"cycle": "yes"} if cycle else {})
        )


def _sequence(name: str, scope: Scope) -> str:
    return (
        f"SELECT {literal(name)}, start_value, increment, minimum_value, maximum_value, cache_size, "
        f"cycle_option FROM {quoted(scope.schema)}.{quoted(name)}"
    )
