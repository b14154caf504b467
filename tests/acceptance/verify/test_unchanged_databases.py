"""A database that is as the migrations made it is clean, however the database writes what it was told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import AlembicProject, users_project

IN_QUICK_SUITE = {"kind": ("postgresql",)}

HEAD = """\
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
"""

KEY = 'sa.Column("id", sa.Integer, primary_key=True)'

COLUMNS = {
    "json": 'sa.JSON, server_default="{}"',
    "json text": "sa.JSON, server_default=sa.text(\"'{}'\")",
    "quote": 'sa.String(50), server_default="it\'s"',
    "double quote": 'sa.String(50), server_default=sa.text("\'say \\"x\\"\'")',
    "percent": 'sa.String(50), server_default="100%"',
    "colon": 'sa.String(50), server_default="a :b"',
    "boolean": "sa.Boolean, server_default=sa.true()",
    "boolean text": 'sa.Boolean, server_default=sa.text("true")',
    "now": "sa.DateTime, server_default=sa.func.now()",
    "numeric": 'sa.Numeric(12, 2), server_default="0"',
    "numeric text": 'sa.Numeric(12, 2), server_default=sa.text("0")',
    "date": 'sa.Date, server_default="2020-01-01"',
    "current date": 'sa.Date, server_default=sa.text("CURRENT_DATE")',
    "expression": 'sa.Integer, server_default=sa.text("(1 + 2)")',
    "enum": 'sa.Enum("a", "b", name="status"), server_default="a"',
    "float 10": "sa.Float(10)",
    "float 53": "sa.Float(53)",
    "blob": "sa.LargeBinary(65536)",
    "computed": 'sa.Integer, sa.Computed("id + 1")',
}
"""How a column is declared, in the models and in the migration."""

ONLY = {
    "mariadb": {
        "long text": "sa.Text(70000)",
        "random": 'sa.String(40), server_default=sa.text("(lcase(hex(random_bytes(16))))")',
    },
    "sqlite": {"binary": "sa.BINARY(3)"},
}

CASES = [
    pytest.param(kind, declared, id=f"{kind}-{name}")
    for kind in ("postgresql", "mariadb", "sqlite")
    for name, declared in {**COLUMNS, **ONLY.get(kind, {})}.items()
]


def project(root: Path, database: Database, model: str, migration: str) -> AlembicProject:
    """A project with one table or none, which compares defaults."""
    made = users_project(root, database.sync_url)
    made.env(options="compare_server_default=True")
    made.write("models.py", HEAD + model)
    made.migration("a1", None, migration)
    return made


@pytest.mark.parametrize(("kind", "declared"), CASES)
def test_a_column_as_the_migration_makes_it(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, declared: str
) -> None:
    database = fresh_database(kind)
    parts = f'{KEY}, sa.Column("c", {declared})'
    project(
        tmp_path, database, f'sa.Table("t", metadata, {parts})', f'op.create_table("t", {parts})'
    )
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert not result.events("verify.not_compared")


@pytest.mark.parametrize(
    ("kind", "declared", "other"),
    [
        ("postgresql", 'sa.JSON, server_default="{}"', 'sa.JSON, server_default="[]"'),
        ("postgresql", 'sa.Text, server_default="it\'s"', 'sa.Text, server_default="its"'),
        ("mariadb", 'sa.Numeric(12, 2), server_default="0"', "sa.Numeric(12, 2)"),
        (
            "mariadb",
            'sa.Numeric(12, 2), server_default="0"',
            'sa.Numeric(12, 2), server_default="1"',
        ),
        (
            "mariadb",
            "sa.Boolean, server_default=sa.true()",
            "sa.Boolean, server_default=sa.false()",
        ),
        ("mariadb", "sa.Text(10000)", "sa.Text(70000)"),
        ("sqlite", 'sa.Text, server_default="it\'s"', 'sa.Text, server_default="its"'),
        ("sqlite", "sa.BINARY(3)", "sa.String(3)"),
    ],
)
def test_another_column_is_drift(
    tmp_path: Path,
    fresh_database: Callable[[str], Database],
    kind: str,
    declared: str,
    other: str,
) -> None:
    project(
        tmp_path,
        fresh_database(kind),
        f'sa.Table("t", metadata, {KEY}, sa.Column("c", {declared}))',
        f'op.create_table("t", {KEY}, sa.Column("c", {other}))',
    )
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert {line["object"] for line in result.events("verify.drift")} == {"t.c"}


OBJECTS = {
    "partitions": (
        "postgresql",
        f'sa.Table("t", metadata, {KEY}, postgresql_partition_by="RANGE (id)")',
        [
            "CREATE TABLE t (id SERIAL PRIMARY KEY) PARTITION BY RANGE (id)",
            "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10)",
        ],
    ),
    "another schema": (
        "postgresql",
        f'sa.Table("o", metadata, {KEY}, schema="other")\n'
        f'sa.Table("t", metadata, {KEY}, sa.Column("o", sa.ForeignKey("other.o.id")))',
        [
            "CREATE SCHEMA other",
            "CREATE TABLE other.o (id SERIAL PRIMARY KEY)",
            "CREATE TABLE t (id SERIAL PRIMARY KEY, o INTEGER REFERENCES other.o)",
        ],
    ),
    "domain": (
        "postgresql",
        'D = postgresql.DOMAIN("d", sa.Integer, not_null=True, default="5", create_type=False)\n'
        f'sa.Table("t", metadata, {KEY}, sa.Column("c", D))',
        [
            "CREATE DOMAIN d AS INTEGER NOT NULL DEFAULT 5",
            "CREATE TABLE t (id SERIAL PRIMARY KEY, c d)",
        ],
    ),
    "virtual table": (
        "sqlite",
        'sa.Table("docs", metadata, sa.Column("body", sa.String))',
        ["CREATE VIRTUAL TABLE docs USING fts5(body)"],
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_what_the_database_makes_for_an_object_of_the_models(
    tmp_path: Path, fresh_database: Callable[[str], Database], name: str
) -> None:
    kind, model, statements = OBJECTS[name]
    project(
        tmp_path,
        fresh_database(kind),
        model,
        "\n".join(f"op.execute({text!r})" for text in statements),
    )
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 0, result.stderr


def test_a_table_that_is_in_no_schema_is_missing(tmp_path: Path, postgresql: Database) -> None:
    model = f'sa.Table("o", metadata, {KEY}, schema="other")'
    project(tmp_path, postgresql, model, 'op.execute("CREATE SCHEMA other")')
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert [line["object"] for line in result.events("verify.drift")] == ["other.o"]
