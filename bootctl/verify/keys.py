"""The keys and indexes of tables, each as what it does and not as what it is called.

An ORM's ``ALTER`` and its ``CREATE`` name the same index differently, and one makes a unique
constraint where the other makes a unique index: that is one thing, and no difference.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bootctl.database.invalid_indexes import invalid_indexes
from bootctl.database.state import Difference
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine.reflection import Inspector

NULLS_ARE_ALIKE = "postgresql_nulls_not_distinct"

Options = tuple[tuple[str, str], ...]


@frozen
class Key:
    """A primary key, a unique constraint or index, an index or a foreign key of one table."""

    table: str
    kind: str
    columns: tuple[str, ...]
    options: Options = ()


Keys = Mapping[Key, str]
"""Each with its name, empty where it has none."""


def shown(schema: str | None, name: str) -> str:
    """Return how a table is called: with its schema where it is not the default one."""
    return f"{schema}.{name}" if schema else name


def read(connection: "Connection", tables: Collection[str], schema: str | None = None) -> Keys:
    """Return the keys of ``tables``, which may be temporary ones, or those of another ``schema``."""
    if not tables:
        return {}
    from sqlalchemy import inspect
    from sqlalchemy.engine.reflection import ObjectScope

    inspector = inspect(connection)
    which = {"filter_names": list(tables), "scope": ObjectScope.ANY, "schema": schema}
    found = dict(_all(inspector, which))
    if connection.dialect.name == "sqlite":
        found |= dict(_of_sqlite(connection, inspector, tables))
    return found


def differences(
    expected: Keys, live: Keys, tables: Collection[str], *, mysql: bool
) -> Iterator[Difference]:
    """Yield what ``live`` lacks or has too much in ``tables``, which both have.

    On MySQL and MariaDB a foreign key makes an index where no other one serves it, and leaves it
    behind: there the indexes on the columns of a foreign key do not count.
    """
    foreign = {(key.table, key.columns) for key in [*expected, *live] if key.kind == "foreign key"}
    for sign, ours, others in (("missing", expected, live), ("unexpected", live, expected)):
        for key in sorted(ours.keys() - others.keys(), key=str):
            made = mysql and key.kind == "index" and (key.table, key.columns) in foreign
            if key.table in tables and not made:
                yield _difference(sign, key, ours[key])


def _difference(sign: str, key: Key, name: str) -> Difference:
    columns = ", ".join(key.columns)
    options = "".join(f" {option} {value}" for option, value in key.options)
    what = f"{key.table}.{name}" if name else key.table
    return Difference(f"{sign} {key.kind}", what, f"{columns}{options}", binds=_bound(key))


def _bound(key: Key) -> tuple[str, ...] | None:
    if key.kind == "index":
        return ()
    if key.kind == "primary key" or NULLS_ARE_ALIKE in dict(key.options):
        return None
    return tuple(f"{key.table}.{column}" for column in key.columns)


def _all(inspector: "Inspector", which: dict[str, Any]) -> Iterator[tuple[Key, str]]:
    for table, primary in inspector.get_multi_pk_constraint(**which).items():
        if primary["constrained_columns"]:
            yield _key(shown(*table), "primary key", primary, primary["constrained_columns"])
    if inspector.dialect.name == "sqlite":
        return
    for table, uniques in inspector.get_multi_unique_constraints(**which).items():
        for unique in uniques:
            yield _key(shown(*table), "constraint", unique, unique["column_names"])
    for table, indexes in inspector.get_multi_indexes(**which).items():
        yield from (_index(shown(*table), index) for index in indexes if _is_own(index))
    for table, foreigns in inspector.get_multi_foreign_keys(**which).items():
        for foreign in foreigns:
            target = f"{_referred(foreign, inspector)} ({', '.join(foreign['referred_columns'])})"
            options = {"->": target, **foreign.get("options", {})}
            columns = foreign["constrained_columns"]
            yield _key(shown(*table), "foreign key", foreign, columns, options)


def _referred(foreign: Any, inspector: "Inspector") -> str:
    schema = foreign["referred_schema"] or ""
    is_default = schema == inspector.default_schema_name or schema.startswith("pg_temp")
    return shown("" if is_default else schema, foreign["referred_table"])


def _of_sqlite(
    connection: "Connection", inspector: "Inspector", tables: Collection[str]
) -> Iterator[tuple[Key, str]]:
    """Yield the keys by pragmas: what SQLAlchemy reads in the text of a table misses inline constraints."""
    for table in tables:
        primary = inspector.get_pk_constraint(table)["constrained_columns"]
        for index in inspector.get_indexes(table, include_auto_indexes=True):
            is_made = str(index["name"]).startswith("sqlite_autoindex")
            if not is_made or index["column_names"] != primary:  # that of the primary key
                yield _index(table, index)
        quoted = table.replace('"', '""')
        rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{quoted}")').all()
        for _, parts in groupby(sorted(rows, key=lambda row: tuple(row[:2])), lambda row: row[0]):
            columns = list(parts)
            target = f"{columns[0][2]} ({', '.join(str(row[4]) for row in columns)})"
            options = {"->": target, "onupdate": columns[0][5], "ondelete": columns[0][6]}
            yield _key(table, "foreign key", {}, [row[3] for row in columns], options)


def _is_own(index: Any) -> bool:
    return "duplicates_constraint" not in index


def _index(table: str, index: Any) -> tuple[Key, str]:
    kind = "constraint" if index["unique"] else "index"
    return _key(table, kind, index, index.get("expressions") or index["column_names"])


def _key(
    table: str,
    kind: str,
    reflected: Any,
    columns: Collection[str | None],
    options: Mapping[str, Any] | None = None,
) -> tuple[Key, str]:
    given = reflected.get("dialect_options", {}) if options is None else options
    told = {key: str(value) for key, value in given.items() if is_set(value)}
    kept = tuple(sorted(told.items()))
    key = Key(table, kind, tuple(str(column) for column in columns), kept)
    name = str(reflected.get("name") or "")
    return key, "" if name.startswith("sqlite_autoindex") else name


def is_set(value: Any) -> bool:
    """Return whether an option of a key says anything; a predicate, as an expression, does."""
    from sqlalchemy import ClauseElement

    return isinstance(value, ClauseElement) or bool(value and value != "NO ACTION")


def invalid(connection: "Connection", tables: Collection[str]) -> list[Difference]:
    """Return the indexes of ``tables`` that are there and that no query can use."""
    found = invalid_indexes(connection)
    return [
        Difference("invalid index", f"{index.table}.{index.name}")
        for index in found
        if index.table in tables
    ]
