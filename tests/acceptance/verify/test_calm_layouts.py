"""However a project is laid out, its database is clean as it was migrated, and found when it was changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.alembic import ADD_NAME, CREATE_POSTS, engines_project, users_project

pytestmark = pytest.mark.exhaustive

IN_QUICK_SUITE = {"tool": ("bootctl",), "kind": ("sqlite",)}

TOOLS = {"bootctl": ("bootctl", "migrate"), "alembic": ("alembic", "upgrade", "heads")}
tools = pytest.mark.parametrize("tool", TOOLS)
kinds = pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])

POSTS = 'posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
USERS = """
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
    sa.Column("name", sa.String(50)),
)
"""


def assert_calm(root: Path, tool: str, database: Database, table: str = "users") -> None:
    """Clean at first, and again; then a column that was added by hand is found."""
    migrated = run(*TOOLS[tool], cwd=root)
    assert migrated.code == 0, migrated.stderr
    assert not migrated.events("ledger.unavailable")
    for command in (("check",), ("run", "--", "true"), ("check",)):
        result = bootctl(*command, cwd=root)
        assert result.code == 0, result.stderr
    database.execute(f"ALTER TABLE {table} ADD hand INTEGER")
    result = bootctl("check", "--format", "json", cwd=root)
    assert result.code == 20, result.stderr
    names = [item["name"] for item in json.loads(result.stdout)["differences"]]
    assert names == [f"{table.removeprefix('tenant.')}.hand"]


@tools
@kinds
def test_a_transaction_for_each_migration(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, tool: str
) -> None:
    database = fresh_database(kind)
    project = users_project(tmp_path, database.sync_url)
    project.env(options="transaction_per_migration=True")
    project.models(USERS + POSTS)
    project.migration("a2", "a1", ADD_NAME)
    project.migration("a3", "a2", CREATE_POSTS)
    assert_calm(tmp_path, tool, database)


@tools
@kinds
def test_branches_that_were_merged(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, tool: str
) -> None:
    database = fresh_database(kind)
    project = users_project(tmp_path, database.sync_url)
    project.models(USERS + POSTS)
    project.migration("a2", "a1", ADD_NAME)
    project.migration("b2", "a1", CREATE_POSTS, labels="other")
    project.migration("m3", ("a2", "b2"), "pass")
    assert_calm(tmp_path, tool, database)


@tools
def test_the_version_table_in_another_schema(
    tmp_path: Path, postgresql: Database, tool: str
) -> None:
    postgresql.execute("CREATE SCHEMA meta")
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(options='version_table_schema="meta", include_schemas=True')
    assert_calm(tmp_path, tool, postgresql)


@tools
def test_a_tenant_by_search_path(tmp_path: Path, postgresql: Database, tool: str) -> None:
    postgresql.execute("CREATE SCHEMA tenant")
    postgresql.execute("CREATE TABLE users (id text)")  # of somebody else
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(
        before='connection.exec_driver_sql("SET search_path TO tenant")\n'
        "        connection.commit()\n"
        '        connection.dialect.default_schema_name = "tenant"'
    )
    assert_calm(tmp_path, tool, postgresql, "tenant.users")


@tools
@kinds
def test_two_databases(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, tool: str
) -> None:
    first, second = fresh_database(kind), fresh_database(kind)
    engines_project(tmp_path, first.sync_url, second.sync_url)
    assert_calm(tmp_path, tool, second, "events")
