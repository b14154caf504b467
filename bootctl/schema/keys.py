"""The keys and indexes of tables, each as what it does and not as what it is called.

An ORM's ``ALTER`` and its ``CREATE`` name the same index differently, and one makes a unique
constraint where the other makes a unique index: that is one thing, and no difference.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.engine.reflection import Inspector, ObjectScope

from bootctl.state import Difference

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """A primary key, a unique constraint or index, an index or a foreign key of one table."""

    table: str
    kind: str
    columns: tuple[str, ...]
    options: Options = ()


Keys = Mapping[Key, str]
"""Each with its name, empty where it has none."""


def read(connection: Connection, tables: Collection[str]) -> Keys:
    """The keys of ``tables``, which may be temporary ones."""
    if not tables:
        return {}
    inspector = inspect(connection)
    found = dict(_all(inspector, {"filter_names": list(tables), "scope": ObjectScope.ANY}))
    if connection.dialect.name != "mysql":
        return found
    # MySQL makes an index for a foreign key where no other one serves it.
    own = {(key.table, key.columns) for key in found if key.kind == "foreign key"}
    return {
        key: name
        for key, name in found.items()
        if key.kind != "index" or (key.table, key.columns) not in own
    }


def differences(expected: Keys, live: Keys, tables: Collection[str]) -> Iterator[Difference]:
    """What ``live`` lacks or has too much in ``tables``, which both have."""
    for sign, ours, others in (("missing", expected, live), ("unexpected", live, expected)):
        for key in sorted(ours.keys() - others.keys(), key=str):
            if key.table in tables:
                yield _difference(sign, key, ours[key])


def _difference(sign: str, key: Key, name: str) -> Difference:
    columns = ", ".join(key.columns)
    options = ", ".join(f"{option} {value}" for option, value in key.options)
    what = f"{key.table}.{name}" if name else key.table
    return Difference(f"{sign} {key.kind}", what, f"{columns}{options and f'; {options}'}")


def _all(inspector: Inspector, which: dict[str, Any]) -> Iterator[tuple[Key, str]]:
    for (_, table), primary in inspector.get_multi_pk_constraint(**which).items():
        if primary["constrained_columns"]:
            yield _key(table, "primary key", primary, primary["constrained_columns"])
    sqlite = inspector.dialect.name == "sqlite"
    # What SQLAlchemy makes of the text of an SQLite table misses UNIQUE after VARCHAR(100).
    uniques = {} if sqlite else inspector.get_multi_unique_constraints(**which)
    for (_, table), constraints in uniques.items():
        for unique in constraints:
            yield _key(table, "constraint", unique, unique["column_names"])
    automatic: dict[str, Any] = {"include_auto_indexes": True} if sqlite else {}
    for (_, table), indexes in inspector.get_multi_indexes(**which, **automatic).items():
        for index in indexes:
            if "duplicates_constraint" not in index:
                kind = "constraint" if index["unique"] else "index"
                columns = index.get("expressions") or index["column_names"]
                yield _key(table, kind, index, columns)
    for (_, table), foreigns in inspector.get_multi_foreign_keys(**which).items():
        for foreign in foreigns:
            target = f"{foreign['referred_table']} ({', '.join(foreign['referred_columns'])})"
            options = {"to": target, **foreign.get("options", {})}
            columns = foreign["constrained_columns"]
            yield _key(table, "foreign key", foreign, columns, options)


def _key(
    table: str,
    kind: str,
    reflected: Any,
    columns: Collection[str | None],
    options: Mapping[str, Any] | None = None,
) -> tuple[Key, str]:
    given = reflected.get("dialect_options", {}) if options is None else options
    kept = tuple(sorted((key, str(value)) for key, value in given.items() if value))
    key = Key(table, kind, tuple(str(column) for column in columns), kept)
    name = str(reflected.get("name") or "")
    return key, "" if name.startswith("sqlite_autoindex") else name
