"""Questions to the server's catalog, whose rows are objects of a schema."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute
from bootctl.values import frozen
from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.catalog.postgresql.clauses import read_again
from bootctl.verify.catalog.postgresql.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = dict[str, str]
_AT_ONCE = 5
"""So many round trips are one. For a plan of all the queries the server takes longer than they do."""
_AS_WRITTEN = ("function", "procedure")
"""Kinds whose definition is the text that somebody gave."""


@frozen
class Query:
    """A SELECT with the columns ``name``, mostly ``kind`` and ``table``, and one for each part.

    ``position`` is no part.
    """

    reads: str
    """What a role cannot see that may not read ``catalogs``, in the words of a verdict."""
    catalogs: tuple[str, ...]
    sql: Callable[[Scope], str]
    kind: str = ""
    """The kind of all of its rows, where there is no column ``kind``."""
    parts: Callable[[Row], Row] = lambda row: row
    """Makes the parts of what the server has rendered as one text."""
    temporary: bool = True
    """Whether temporary tables can have such objects."""
    worded: bool = False
    """Whether the server writes a part of them in words of its own, which nobody else knows."""
    some: Callable[[Scope], str] | None = None
    """A SELECT from ``catalogs`` without whose rows there are no such objects; ``None``: most schemas have some."""

    def objects(self, rows: Iterable[Row]) -> Iterator[SchemaObject]:
        """Yield what its ``rows`` are. A column that is empty says nothing, and is no part."""
        for found in rows:
            row = {label: value for label, value in found.items() if value}
            kind = row.pop("kind", self.kind)
            name, table = row.pop("name"), row.pop("table", "")
            position = int(row.pop("position", "0"))
            if kind not in _AS_WRITTEN:
                row = {part: read_again(value) for part, value in row.items()}
            yield SchemaObject(kind, name, table, self.parts(row), position)


def any_of(catalog: str, namespace: str, condition: str) -> Callable[[Scope], str]:
    """Return the look for a row of ``catalog`` in a schema that is read, of which ``condition`` is true."""
    return lambda scope: f"SELECT FROM {catalog} WHERE {scope.within(namespace)} AND ({condition})"


def with_rows(connection: "Connection", queries: Sequence[Query], scope: Scope) -> Iterator[Query]:
    """Yield those that may have rows: to plan one of the others takes the server longer than this look."""
    looks = [f"EXISTS ({query.some(scope)})" for query in queries if query.some]
    there = iter(execute(connection, f"SELECT {', '.join(looks)}").one() if looks else ())
    yield from (query for query in queries if query.some is None or next(there))


def answers(connection: "Connection", queries: Sequence[str], scope: Scope) -> Iterator[list[Row]]:
    """Yield the rows of each of ``queries``, some of which the server is asked at a time."""
    for first in range(0, len(queries), _AT_ONCE):
        few = queries[first : first + _AT_ONCE]
        each = (
            f"SELECT {place}, json_agg(json_strip_nulls(row_to_json(found)))::text FROM ({query}) found"
            for place, query in enumerate(few)
        )
        asked = f"WITH {scope.relation} {' UNION ALL '.join(each)}"
        rows = execute(connection, asked).all()
        yield from (json.loads(found or "[]") for _, found in sorted(rows, key=itemgetter(0)))
