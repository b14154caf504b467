"""What a table of SQLAlchemy's models says of itself, and Alembic does not compare, part by part."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from bootctl.database.sqlalchemy_internals import belongs_to_a_type, prefixes
from bootctl.verify import mysql_words, precision
from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.claim import Claim

_OWN_SEQUENCE = "nextval(own sequence)"
_AUTO_INCREMENT = "auto_increment"


def is_built(table: Table, dialect: Dialect) -> bool:
    """Return whether only the database knows how it writes a part of the table."""
    return has_expressions(table, dialect) or any(True for _ in whole_constraints(table))


def has_expressions(table: Table, dialect: Dialect) -> bool:
    """Return whether a column is computed, or an index is of more than columns."""
    return any(column.computed is not None for column in table.columns) or any(
        not is_plain(index, dialect) for index in table.indexes
    )


def whole_constraints(table: Table) -> Iterator[Any]:
    """Yield the constraints of the table, and of its columns, that ``is_whole`` is true of."""
    of_columns = (item for column in table.columns for item in column.constraints)
    yield from filter(is_whole, (*table.constraints, *of_columns))


def is_whole(constraint: Any) -> bool:
    """Return whether it is compared as the database writes it, and comes with no type."""
    if isinstance(constraint, CheckConstraint):
        return not belongs_to_a_type(constraint)
    return bool(constraint.__visit_name__ == "exclude_constraint")


def is_plain(index: Index, dialect: Dialect) -> bool:
    """Return whether it is of columns, and of nothing else that ``dialect`` has a word for."""
    told = {
        name: value
        for name, value in index.dialect_kwargs.items()
        if name.startswith(f"{dialect.name}_") and not name.endswith("_concurrently")
    }
    return all(isinstance(item, Column) for item in index.expressions) and not any(
        value is not None and value not in (False, {}, []) for value in told.values()
    )


def claims(
    dialect: Dialect, table: Table, name: str, live: Sequence[SchemaObject]
) -> Iterator[Claim]:
    """Yield what ``table``, which the database knows as ``name``, says of its ``live`` objects."""
    found = {item.key: item for item in live}
    if dialect.name == "postgresql":
        unlogged = "unlogged" if "UNLOGGED" in prefixes(table) else ""
        yield _claim(found, ("table", name), {"persistence": unlogged})
    if dialect.name in ("mysql", "mariadb"):
        yield _claim(found, ("table", name), mysql_words.of_table(table, found["table", name]))
    yield from _primary_key(table, name, live, dialect)
    for column in table.columns:
        key = "column", f"{name}.{column.name}"
        if key in found:
            yield _claim(found, key, _of_column(column, found[key], dialect))
    for index in table.indexes:
        yield from _of_index(index, name, found, dialect)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            yield from _of_constraint(constraint, live)


def _claim(found: dict[tuple[str, str], SchemaObject], key: tuple[str, str], parts: Any) -> Claim:
    live = found[key]
    return Claim(SchemaObject(*key, live.table, parts), live)


def _primary_key(
    table: Table, name: str, live: Sequence[SchemaObject], dialect: Dialect
) -> Iterator[Claim]:
    columns = [column.name for column in table.primary_key]
    if not columns:
        return
    there = next((item for item in live if item.kind == "primary key"), None)
    text = ", ".join(columns)
    if there and _plain(there.parts.get("columns", "")) == _plain(text):
        text = there.parts["columns"]
    parts = {"columns": text, **({"rowid": ""} if _is_rowid(table, dialect) else {})}
    yield Claim(SchemaObject("primary key", name, name, parts), there)


def _is_rowid(table: Table, dialect: Dialect) -> bool:
    """Return whether SQLite makes the id the number of its row, and so fills it in."""
    own = table.autoincrement_column
    if dialect.name != "sqlite" or own is None or len(table.primary_key) > 1:
        return False
    has_rowid = table.dialect_kwargs.get("sqlite_with_rowid", True)
    return bool(has_rowid) and own.type.compile(dialect=dialect) == "INTEGER"


def _of_column(column: Column[Any], live: SchemaObject, dialect: Dialect) -> dict[str, str]:
    parts: dict[str, str] = {}
    if column.computed is None:
        parts["generated"] = ""
    parts.update(_identity(column, live, dialect))
    kind: Any = column.type.dialect_impl(dialect)
    if dialect.name in ("mysql", "mariadb"):
        return parts | mysql_words.of_column(column, live, dialect)
    if dialect.name == "postgresql":
        parts |= precision.of_column(column, live, dialect)
    if isinstance(kind, String):
        said = kind.collation or ""
        there = live.parts.get("collation", "")
        parts["collation"] = there if _plain(there) == _plain(said) else said
    return parts


def _identity(column: Column[Any], live: SchemaObject, dialect: Dialect) -> dict[str, str]:
    """Return what gives an id to a row that is inserted without one."""
    identity, default = live.parts.get("identity", ""), live.parts.get("default", "")
    if column.identity is not None and dialect.supports_identity_columns:
        return {"identity": _identity_options(column.identity, identity)}
    counts = column.table.autoincrement_column is column and column.server_default is None
    if not counts or identity or default or dialect.name == "sqlite":
        return {}
    if dialect.name == "postgresql":
        return {"default": _OWN_SEQUENCE}
    return {"identity": _AUTO_INCREMENT}


def own_sequences(
    dialect: Dialect, table: Table, name: str, live: Sequence[SchemaObject]
) -> Iterator[Claim]:
    """Yield what an id says that is an identity by now: that its values come from a sequence of its own.

    A database may as well have the identity, so this is for one that was found to differ.
    """
    own = table.autoincrement_column
    if dialect.name != "postgresql" or own is None or own.identity or own.server_default:
        return
    for item in live:
        if item.key == ("column", f"{name}.{own.name}") and "identity" in item.parts:
            parts = {"identity": "", "default": _OWN_SEQUENCE}
            yield Claim(SchemaObject(*item.key, name, parts), item)


_LARGEST = (2**15 - 1, 2**31 - 1, 2**63 - 1)
"""What a sequence ends at that nobody gave an end, by its type."""


def _identity_options(said: Identity, live: str) -> str:
    """Return an identity in the words of the catalog of PostgreSQL, which leaves out what is the default.

    Of what a sequence is AS, models say nothing. One that counts down has other defaults: of it only
    the kind is compared.
    """
    text = "always" if said.always else "by default"
    if (said.increment or 1) < 0:
        return live if live.startswith(text) else text
    least = 1 if said.minvalue is None else said.minvalue
    kind = re.search(r"AS \w+", live)
    words = [
        kind[0] if kind else "",
        f"START {said.start}" if said.start not in (None, least) else "",
        f"INCREMENT BY {said.increment}" if said.increment not in (None, 1) else "",
        f"MINVALUE {said.minvalue}" if least != 1 else "",
        f"MAXVALUE {said.maxvalue}" if said.maxvalue not in (None, *_LARGEST) else "",
        f"CACHE {said.cache}" if said.cache not in (None, 1) else "",
        "CYCLE" if said.cycle else "",
    ]
    options = " ".join(filter(None, words))
    return f"{text} ({options})" if options else text


def _of_index(
    index: Index, table: str, found: dict[tuple[str, str], SchemaObject], dialect: Dialect
) -> Iterator[Claim]:
    if index.name is None or not is_plain(index, dialect):
        return
    own = dialect.identifier_preparer.format_index(index).strip('"`')
    for kind in ("index", "constraint"):
        live = found.get((kind, f"{table}.{own}"))
        if live is not None:
            text, there = ", ".join(_names(index)), live.parts.get("columns", "")
            parts = dict.fromkeys(("method", "include", "predicate", "nulls", "valid"), "")
            parts["columns"] = there if _plain(there) == _plain(text) else text
            yield Claim(SchemaObject(*live.key, table, parts), live)


def _names(item: Any) -> list[str]:
    return [column.name for column in item.columns]


def _of_constraint(
    constraint: UniqueConstraint | ForeignKeyConstraint, live: Sequence[SchemaObject]
) -> Iterator[Claim]:
    kind = "constraint" if isinstance(constraint, UniqueConstraint) else "foreign key"
    columns = _plain(", ".join(_names(constraint)))
    for item in live:
        if item.kind == kind and _plain(item.parts.get("columns", "")) == columns:
            parts = dict.fromkeys(("validated", "include", "triggers"), "")
            parts["deferrable"] = _deferrable(constraint)
            if constraint.dialect_kwargs.get("postgresql_not_valid"):
                del parts["validated"]
            if constraint.dialect_kwargs.get("postgresql_include"):
                del parts["include"]
            yield Claim(SchemaObject(*item.key, item.table, parts), item)
            return


def foreign_keys(table: Table, name: str) -> Iterator[SchemaObject]:
    """Yield the foreign keys of ``table``, which the database knows as ``name``, by their columns."""
    for key in table.foreign_key_constraints:
        columns = ", ".join(_names(key))
        yield SchemaObject("foreign key", f"{name}.{key.name or ''}", name, {"columns": columns})


def _deferrable(constraint: UniqueConstraint | ForeignKeyConstraint) -> str:
    if (constraint.initially or "").upper() == "DEFERRED":
        return "initially deferred"
    return "deferrable" if constraint.deferrable else ""


def _plain(text: str) -> str:
    return text.replace('"', "").replace("`", "")
