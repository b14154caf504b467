"""A live schema against an expected one, both as the same database reflects them.

What differs in nothing but its name is one thing: an ORM's ``ALTER`` and its ``CREATE`` name the
same index differently, and one makes a unique constraint where the other makes a unique index.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, ForeignKeyConstraint, Index, MetaData, Table

from bootctl.schema.differences import column_names, leaves

Diff = tuple[Any, ...]
"""What Alembic calls a diff tuple: the operation's name, then what it is about."""


def reflected(connection: Connection, names: Iterable[str]) -> MetaData:
    """The tables called ``names``, which may be temporary ones."""
    metadata = MetaData()
    for name in names:
        Table(name, metadata, autoload_with=connection)
    return metadata


def compare(connection: Connection, expected: MetaData, hidden: Collection[str]) -> list[Diff]:
    """What the database lacks or has too much, compared with ``expected``.

    Tables called one of ``hidden`` are left out of it.
    """

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name not in hidden

    options = {
        "include_name": include_name,
        "compare_type": True,
        "compare_server_default": True,
        "target_metadata": expected,
    }
    context = MigrationContext.configure(connection, opts=options)
    script = produce_migrations(context, expected)
    diffs = [diff for op in leaves(script.upgrade_ops_list) for diff in _diffs(op)]
    return _without_renames(_without_parts_of_whole_tables(diffs))


def changed_defaults(diffs: Iterable[Diff]) -> Iterator[tuple[Diff, str, str, str | None]]:
    """The changed defaults among ``diffs``, each with its table, its column and the live default."""
    for diff in diffs:
        if diff[0] == "modify_default":
            _, _, table, column, _, live, _ = diff
            yield diff, table, column, default_text(live)


def default_text(default: Any) -> str | None:
    """A server default as the database writes it; ``None`` for none."""
    default = getattr(default, "arg", default)
    return None if default in (None, False) else str(getattr(default, "text", default))


def _diffs(operation: Any) -> Iterator[Diff]:
    found = operation.to_diff_tuple()
    for diff in found if isinstance(found, list) else [found]:
        if "comment" not in diff[0]:  # a comment is no part of what the service relies on
            yield diff


def _without_parts_of_whole_tables(diffs: list[Diff]) -> list[Diff]:
    whole = {diff[1].name for diff in diffs if diff[0] in ("add_table", "remove_table")}
    return [
        diff
        for diff in diffs
        if diff[0].endswith("_table") or getattr(_table(diff), "name", None) not in whole
    ]


def _table(diff: Diff) -> Any:
    return getattr(diff[1], "table", None)


def _without_renames(diffs: list[Diff]) -> list[Diff]:
    added = Counter(_signature(diff[1]) for diff in diffs if _is(diff, "add_"))
    removed = Counter(_signature(diff[1]) for diff in diffs if _is(diff, "remove_"))
    renamed = {"add_": added & removed, "remove_": added & removed}
    kept = []
    for diff in diffs:
        left = next((left for sign, left in renamed.items() if _is(diff, sign)), None)
        if left is None or left[_signature(diff[1])] == 0:
            kept.append(diff)
        else:
            left[_signature(diff[1])] -= 1
    return kept


def _is(diff: Diff, sign: str) -> bool:
    return diff[0] in {f"{sign}index", f"{sign}constraint", f"{sign}fk"}


def _signature(item: Any) -> tuple[Any, ...]:
    """All that an index or a constraint is, less its name."""
    table = (item.table.schema, item.table.name)
    if isinstance(item, ForeignKeyConstraint):
        target = [element.target_fullname for element in item.elements]
        return (*table, "fk", *column_names(item), *target, item.ondelete, item.onupdate)
    unique = not isinstance(item, Index) or bool(item.unique)
    options = sorted((key, str(value)) for key, value in item.dialect_kwargs.items() if value)
    return (*table, "unique" if unique else "index", *column_names(item), *options)
