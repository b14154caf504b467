"""A step is recorded by the statement that Alembic makes, and refused where Alembic refuses it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from alembic.runtime.migration import HeadMaintainer, MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event

from bootctl.project.alembic.internals import versions_updated_quickly

WAYS = {"Alembic's": nullcontext, "ours": versions_updated_quickly}


@pytest.fixture
def context() -> Iterator[MigrationContext]:
    """Of a database at revision a1."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "what 'it' is"})
        context._ensure_version_table()
        connection.execute(context._version.insert().values(version_num="a1"))
        yield context


def update(
    context: MigrationContext, way: Any, before: str, after: str
) -> tuple[list[str], set[str]]:
    """The statements that this takes, and the heads that there are then."""
    connection, found = context.connection, list[str]()
    assert isinstance(connection, Connection)
    heads = HeadMaintainer(context, {before})
    inside: AbstractContextManager[None] = way()

    def executing(*given: Any) -> None:
        found.append(given[2])

    event.listen(connection, "before_cursor_execute", executing)
    with inside:
        heads._update_version(before, after)
    event.remove(connection, "before_cursor_execute", executing)
    return found, heads.heads


@pytest.mark.parametrize("after", ["b2", "with-a_mark", "it's", "{before}", "50%"])
def test_the_statement_is_the_same(context: MigrationContext, after: str) -> None:
    quoted = after.replace("'", "''")
    made = []
    for way in WAYS.values():
        made.append(update(context, way, "a1", quoted))
        assert context.connection is not None
        context.connection.execute(context._version.update().values(version_num="a1"))
    assert made[0] == made[1]
    assert len(made[0][0]) == 1


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_row_that_is_not_there_is_alembic_s_error(context: MigrationContext, way: Any) -> None:
    with pytest.raises(CommandError, match="expected to match one row when updating 'a0' to 'b2'"):
        update(context, way, "a0", "b2")


def test_alembic_s_own_way_is_there_again() -> None:
    original = HeadMaintainer._update_version
    with versions_updated_quickly():
        assert HeadMaintainer._update_version is not original
    assert HeadMaintainer._update_version is original
