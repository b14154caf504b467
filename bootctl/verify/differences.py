"""Alembic's operations, as the plain differences that they stand for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from alembic.operations import ops
from sqlalchemy import Constraint, Dialect, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.exc import CompileError

from bootctl.database.state import Difference
from bootctl.verify import keys, omitted
from bootctl.verify.alembic_internals import is_unique
from bootctl.verify.enums import enum_labels

_KINDS = {
    "add_table": "missing table",
    "remove_table": "unexpected table",
    "add_column": "missing column",
    "remove_column": "unexpected column",
    "add_index": "missing index",
    "remove_index": "unexpected index",
    "add_constraint": "missing constraint",
    "remove_constraint": "unexpected constraint",
    "add_fk": "missing foreign key",
    "remove_fk": "unexpected foreign key",
    "modify_type": "changed type",
    "modify_nullable": "changed nullability",
    "modify_default": "changed default",
    "modify_comment": "changed comment",
    "add_table_comment": "changed table comment",
    "remove_table_comment": "changed table comment",
}


def leaves(operations: Iterable[Any]) -> Iterator[Any]:
    """Yield the operations in ``operations``, and in the containers among them."""
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            yield from leaves(operation.ops)
        else:
            yield operation


def diffs(operation: Any) -> list[tuple[Any, ...]]:
    """Return an operation's diff tuples, in which an index is unique unless it is known not to be."""
    found = operation.to_diff_tuple()
    if isinstance(operation, ops.DropIndexOp):
        found[1].unique = is_unique(operation)
    return found if isinstance(found, list) else [found]


def difference(diff: tuple[Any, ...], dialect: Dialect) -> Difference:
    """Return the difference that one of Alembic's diff tuples stands for, in the words of ``dialect``."""
    kind = _KINDS.get(diff[0], diff[0])
    if diff[0].startswith("modify_"):
        _, schema, table, column, existing, old, new = diff
        name = _dotted(schema, table, column)
        if diff[0] == "modify_nullable":
            return Difference(kind, name, "nullable -> not null" if old else "not null -> nullable")
        if diff[0] == "modify_type":
            return Difference(kind, name, _types(old, new, dialect))
        when_omitted = None
        if diff[0] == "modify_default":
            when_omitted = omitted.of_known(old, new, existing["existing_nullable"])
        return Difference(kind, name, f"{_text(old)} -> {_text(new)}", when_omitted)
    if diff[0].endswith("_column"):
        _, schema, table, column = diff
        when_omitted = omitted.of_column(column) if diff[0] == "remove_column" else None
        return Difference(kind, _dotted(schema, table, column.name), str(column.type), when_omitted)
    item = diff[1]
    if diff[0].endswith("_table"):
        return Difference(kind, _dotted(item.schema, item.name))
    if "comment" in diff[0]:
        return Difference(kind, _dotted(item.schema, item.name))
    table = item.table
    columns = column_names(item)
    name = _dotted(table.schema, table.name, item.name)
    bound = _bound(item, [_dotted(table.schema, table.name, column) for column in columns])
    return Difference(kind, name, ", ".join(columns), binds=bound)


def told_apart(found: Iterable[tuple[Difference, tuple[Any, ...]]]) -> list[Difference]:
    """Return the differences, with the options of a key that is missing in one form and there in another.

    ``found`` has each with its diff tuple. Without them both would have the same words.
    """
    pairs = list(found)
    signs = Counter(_words_of(item) for item, diff in pairs if _is_key(diff))
    return [
        replace(item, detail=" ".join([item.detail, *_options(diff[1])]))
        if _is_key(diff) and signs[_words_of(item)] > 1
        else item
        for item, diff in pairs
    ]


def _words_of(item: Difference) -> tuple[bool, str, str]:
    """Return what two forms of one key have in common. A foreign key is no form of an index."""
    return item.kind.endswith("foreign key"), item.name, item.detail


def _is_key(diff: tuple[Any, ...]) -> bool:
    return len(diff) > 1 and isinstance(diff[1], Index | Constraint)


def _types(live: Any, model: Any, dialect: Dialect) -> str:
    words = [_words(kind, dialect) for kind in (live, model)]
    told = words if words[0] != words[1] else map(repr, (live, model))
    return " -> ".join(told)


def _words(kind: Any, dialect: Dialect) -> str:
    """Return a type as the database calls it, and the labels of an enum."""
    try:
        words = kind.compile(dialect=dialect)
    except CompileError:  # such as a String() without a length on MySQL
        return str(kind)
    labels = sorted(enum_labels(kind, dialect) or ())
    named = dialect.name == "postgresql" and labels
    return f"{words} ({', '.join(map(repr, labels))})" if named else words


def _options(item: Any) -> Iterator[str]:
    """Yield what an index or a constraint is besides its columns."""
    if isinstance(item, Index):
        yield "unique" if item.unique else "not unique"
    if isinstance(item, ForeignKeyConstraint):
        target = ", ".join(element.target_fullname for element in item.elements)
        yield f"-> {target}"
    for name in ("onupdate", "ondelete", "deferrable", "initially"):
        if value := getattr(item, name, None):
            yield f"{name} {value}"
    for name, value in sorted(item.dialect_kwargs.items()):
        if keys.is_set(value):
            yield f"{name} {value}"


def column_names(item: Any) -> list[str]:
    """Return the columns, or expressions, of an index or a constraint."""
    if hasattr(item, "expressions"):
        return [getattr(part, "name", None) or str(part) for part in item.expressions]
    return [column.name for column in getattr(item, "columns", ())]


def _bound(item: Any, columns: Iterable[str]) -> tuple[str, ...] | None:
    if isinstance(item, Index) and not item.unique:
        return ()
    is_key = isinstance(item, Index | UniqueConstraint | ForeignKeyConstraint)
    nulls_are_alike = item.dialect_kwargs.get(keys.NULLS_ARE_ALIKE)
    return tuple(columns) if is_key and not nulls_are_alike else None


def _dotted(*parts: str | None) -> str:
    return ".".join(str(part) for part in parts if part)


def _text(value: Any) -> str:
    if isinstance(value, Identity):
        return f"identity {'always' if value.always else 'by default'}"
    value = getattr(value, "arg", getattr(value, "sqltext", value))
    return str(getattr(value, "text", value))
