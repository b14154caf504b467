"""A connection of asyncpg as it is, for who only reads: to import SQLAlchemy takes longer than all questions."""

import re
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
"""As in SQLAlchemy's ``text``: ``:name``, and not the type after ``::``."""
_TABLE = """
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = :name AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND pg_catalog.pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog'
"""

_Result = TypeVar("_Result")


class Rows(list[Any]):
    """What of SQLAlchemy's ``Result`` is asked for."""

    def all(self) -> "Rows":
        """Return all rows."""
        return self

    def one(self) -> Any:
        """Return the only row."""
        [row] = self
        return row

    def first(self) -> Any:
        """Return the first row, or ``None``."""
        return self[0] if self else None

    def scalars(self) -> "Rows":
        """Return the first value of each row."""
        return Rows(row[0] for row in self)

    def scalar(self) -> Any:
        """Return the first value of the first row, or ``None``."""
        return self.scalars().first()


class DriverConnection:
    """What SQLAlchemy's ``Connection`` is to who only reads, on a connection that is another library's.

    Used inside of ``in_turns``. It raises what the driver raises.
    """

    dialect = SimpleNamespace(name="postgresql")

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def exec_driver_sql(self, sql: str) -> Rows:
        """Execute a statement without parameters."""
        return self.execute(sql, {})

    def execute(self, sql: str, values: Mapping[str, Any]) -> Rows:
        """Execute a statement, in which ``:name`` stands for a value."""
        names = list(dict.fromkeys(_PARAMETER.findall(sql)))
        numbered = _PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", sql)
        return Rows(_awaited(self._raw.fetch(numbered, *(values[name] for name in names))))

    def get_execution_options(self) -> Mapping[str, Any]:
        """Return none: it is in a transaction."""
        return {}

    def begin_nested(self) -> "_Nested":
        """Return a savepoint, which is there."""
        return _Nested(self._raw)


class _Nested:
    """What is done after it was made can be undone, and is else undone with what it is in."""

    _names = count()

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._name = f"bootctl_nested_{next(self._names)}"
        _awaited(self._raw.execute(f"SAVEPOINT {self._name}"))

    def rollback(self) -> None:
        """Undo it."""
        _awaited(self._raw.execute(f"ROLLBACK TO SAVEPOINT {self._name}"))


def execute(
    connection: "Connection | DriverConnection", sql: str, values: Mapping[str, Any] | None = None
) -> Any:
    """Return the result of ``sql``, in which ``:name`` stands for a value."""
    if isinstance(connection, DriverConnection):
        return connection.execute(sql, values or {})
    from sqlalchemy import text

    return connection.execute(text(sql), values or {})


def has_table(
    connection: "Connection | DriverConnection", name: str, schema: str | None = None
) -> bool:
    """Return whether there is a table, or a view, called ``name``."""
    if isinstance(connection, DriverConnection):
        return bool(connection.execute(_TABLE, {"name": name}))
    from sqlalchemy import inspect

    return bool(inspect(connection).has_table(name, schema=schema))


def is_asyncpg(raw: Any) -> bool:
    """Return whether a driver's connection can be asked so: libraries derive from asyncpg's."""
    return any(base.__module__.startswith("asyncpg.") for base in type(raw).__mro__)


async def in_turns(function: Callable[..., _Result], *args: Any) -> _Result:
    """Call ``function``, which a ``DriverConnection`` lets go on when the driver has answered."""
    from greenlet import getcurrent, greenlet

    worker = greenlet(function)
    worker.gr_context = getcurrent().gr_context
    found = worker.switch(*args)
    while not worker.dead:
        try:
            answer = await found
        except BaseException as error:  # it is raised where the answer is waited for
            found = worker.throw(error)
        else:
            found = worker.switch(answer)
    result: _Result = found
    return result


def _awaited(question: Awaitable[Any]) -> Any:
    from greenlet import getcurrent

    parent = getcurrent().parent
    assert parent is not None  # in_turns is
    return parent.switch(question)
