"""Whether a comparison has nothing of the project's in it, which may find what nobody else looks for."""

from collections.abc import Iterator
from inspect import isfunction
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from bootctl.verify.alembic_internals import all_comparators
from bootctl.verify.same.types import are_sqlalchemys

_COMPARATORS = frozenset(
    [
        *("_produce_net_changes", "_autogen_for_tables", "_compare_table_comment"),
        *("_compare_indexes_and_uniques", "_compare_foreign_keys", "_compare_nullable"),
        *("_user_compare_type", "_dialect_impl_compare_type", "_compare_type"),
        *("_user_compare_server_default", "_dialect_impl_compare_server_default"),
        *("_compare_computed_default", "_compare_identity_default", "_compare_server_default"),
        *("_setup_autoincrement", "_compare_column_comment"),
    ]
)
"""Alembic's, whose findings are foreseen here. Another one, of a later version, is not."""
_EVENTS = ("column_reflect", "before_parent_attach", "after_parent_attach")
"""What listeners are told of while a table is reflected, which may change it."""


def is_alembics_own(context: MigrationContext) -> bool:
    """Return whether ``context`` compares PostgreSQL as Alembic and SQLAlchemy do it, and as bootctl adds to it."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    options = ("compare_type", "compare_server_default")
    return (
        context.dialect.name == "postgresql"
        and not any(callable(context.opts.get(option)) for option in options)
        and not context.connection.get_execution_options().get("schema_translate_map")
        and _is_of(type(context.dialect), "sqlalchemy")
        and are_sqlalchemys(context.dialect)
        and all(_is_of(item, "alembic") for item in _functions(type(context.impl)))
        and _is_reflected_alone()
        and all(_is_known(item) for item in all_comparators(context))
    )


def _is_known(comparator: Any) -> bool:
    is_alembics = _is_of(comparator, "alembic") and comparator.__name__ in _COMPARATORS
    return is_alembics or _is_of(comparator, "bootctl")


def _is_of(item: Any, package: str) -> bool:
    return str(getattr(item, "__module__", "")).startswith(f"{package}.")


def _functions(implementation: type) -> Iterator[Any]:
    """Yield the class that writes and compares for a dialect, and all that it does."""
    for own in implementation.__mro__[:-1]:
        yield own
        yield from filter(isfunction, vars(own).values())


def _is_reflected_alone() -> bool:
    """Return whether nobody but SQLAlchemy listens to the reflection of a table."""
    metadata = MetaData()
    column = Column("c", Integer, ForeignKey("t.c"), unique=True, index=True)
    try:
        table = Table("t", metadata, column)
    except Exception:  # of a listener that wants tables to be otherwise
        return False
    listeners = (
        listener
        for item in (metadata, table, column, *table.constraints, *table.indexes)
        for event in _EVENTS
        for listener in getattr(item.dispatch, event, ())
    )
    return all(_is_of(listener, "sqlalchemy") for listener in listeners)
