"""Where a project has its own part in a comparison, nothing is known without it."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import comparators
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Index, MetaData, Table, create_engine, event
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.types import UserDefinedType

import bootctl.migrate.alembic.metadata  # noqa: F401  # it registers comparators of bootctl's own
from bootctl.verify.same.own import is_alembics_own
from tests.support.databases.fresh import Database


@pytest.fixture
def connection(shared: Database) -> Iterator[Connection]:
    """A connection of a dialect of its own."""
    engine = create_engine(shared.sync_url)
    with engine.connect() as connected:
        yield connected
    engine.dispose()


def context(connection: Connection, **opts: Any) -> MigrationContext:
    """A context as a project configures it."""
    return MigrationContext.configure(connection, opts={"target_metadata": MetaData(), **opts})


def some(*_: Any) -> Any:
    """A function of the project's."""


@pytest.mark.parametrize(
    "opts",
    [
        {},
        {"compare_type": True, "compare_server_default": True},
        {"compare_type": False, "compare_server_default": None},
        {"include_object": some, "include_name": some, "process_revision_directives": some},
        {"include_schemas": True, "version_table_schema": "public"},
    ],
)
def test_a_plain_comparison_is_alembics_own(connection: Connection, opts: dict[str, Any]) -> None:
    assert is_alembics_own(context(connection, **opts))


@pytest.mark.parametrize("option", ["compare_type", "compare_server_default"])
def test_a_function_that_compares_is_the_projects(connection: Connection, option: str) -> None:
    assert not is_alembics_own(context(connection, **{option: some}))


@pytest.mark.parametrize("scope", ["autogenerate", "schema", "table", "column"])
def test_a_comparator_is_the_projects(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    before = {key: [*each] for key, each in comparators._registry.items()}
    comparators.dispatch_for(scope)(some)
    try:
        assert not is_alembics_own(context(connection))
    finally:
        comparators._registry.clear()
        comparators._registry.update(before)
    assert is_alembics_own(context(connection))


def test_a_comparator_that_alembic_leaves_out_by_default_is_none_that_is_known(
    connection: Connection,
) -> None:
    pytest.importorskip("alembic.ext.checkconstraint_byname")
    plugins = ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"]
    assert not is_alembics_own(context(connection, autogenerate_plugins=plugins))


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (Table, "column_reflect"),
        (MetaData, "column_reflect"),
        (Column, "after_parent_attach"),
        (Table, "before_parent_attach"),
        (Index, "after_parent_attach"),
    ],
)
def test_a_listener_is_the_projects(connection: Connection, target: Any, name: str) -> None:
    event.listen(target, name, some)
    try:
        assert not is_alembics_own(context(connection))
    finally:
        event.remove(target, name, some)
    assert is_alembics_own(context(connection))


def test_a_listener_may_want_tables_to_be_otherwise(connection: Connection) -> None:
    def refuse(*_: Any) -> None:
        raise ValueError("a table has a comment here")

    given = context(connection)
    event.listen(Table, "after_parent_attach", refuse)
    try:
        assert not is_alembics_own(given)
    finally:
        event.remove(Table, "after_parent_attach", refuse)


def test_an_implementation_is_the_projects(connection: Connection) -> None:
    class Own(PostgresqlImpl):
        __dialect__ = "own"

    given = context(connection)
    given.impl = Own(given.dialect, connection, False, None, None, {})  # type: ignore[arg-type]
    assert not is_alembics_own(given)


def test_a_method_of_alembics_implementation_may_be_the_projects(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresqlImpl, "compare_type", some)
    assert not is_alembics_own(context(connection))


def test_a_type_that_is_read_may_be_the_projects(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Own(UserDefinedType[str]):
        cache_ok = True

    monkeypatch.setitem(PGDialect.ischema_names, "vector", Own)
    assert is_alembics_own(context(connection))
    monkeypatch.setitem(PGDialect.ischema_names, "text", Own)
    assert not is_alembics_own(context(connection))


def test_schemas_that_are_translated_are_not_known(connection: Connection) -> None:
    options = {"schema_translate_map": {None: "other"}}
    assert not is_alembics_own(context(connection.execution_options(**options)))


def test_another_dialect_is_not_known(shared: Database) -> None:
    with create_engine("sqlite://").connect() as connection:
        assert not is_alembics_own(context(connection))
