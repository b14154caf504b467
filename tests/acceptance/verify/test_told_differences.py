"""Each difference says what differs, on both sides, and the hint leads out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.verify.test_unchanged_databases import KEY, project
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import Kit

PARENT = f'sa.Table("p", metadata, {KEY})\n'
ENUM = 'sa.Enum("a", "b", name="status")'


def table(column: str, more: str = "") -> str:
    """A model, whose table has a column ``c``."""
    return f'sa.Table("t", metadata, {KEY}, sa.Column("c", {column}){more})'


def created(column: str, more: str = "") -> str:
    """A migration that makes such a table."""
    return f'op.create_table("t", {KEY}, sa.Column("c", {column}){more})\n'


TOLD = {
    "time zone": (
        "postgresql",
        table("sa.DateTime"),
        created("sa.DateTime(timezone=True)"),
        ["changed type t.c (TIMESTAMP WITH TIME ZONE -> TIMESTAMP WITHOUT TIME ZONE)"],
    ),
    "length": (
        "postgresql",
        table("sa.String(50)"),
        created("sa.String(100)"),
        ["changed type t.c (VARCHAR(100) -> VARCHAR(50))"],
    ),
    "label renamed": (
        "postgresql",
        table(f'{ENUM}, server_default="a"'),
        created(f'{ENUM}, server_default="a"')
        + "op.execute(\"ALTER TYPE status RENAME VALUE 'a' TO 'z'\")",
        [
            "changed type t.c (status ('b', 'z') -> status ('a', 'b'))",
            "changed default t.c ('z'::status -> a)",
        ],
    ),
    "label added": (
        "postgresql",
        table(ENUM),
        created('sa.Enum("a", "b", "z", name="status")'),
        ["changed type t.c (status ('a', 'b', 'z') -> status ('a', 'b'))"],
    ),
    "label in an array": (
        "postgresql",
        table(f"sa.ARRAY({ENUM})"),
        created('sa.ARRAY(sa.Enum("a", "c", name="status"))'),
        ["changed type t.c (status[] ('a', 'c') -> status[] ('a', 'b'))"],
    ),
    "enum": (
        "mariadb",
        table(ENUM),
        created('sa.Enum("a", "c", name="status")'),
        ["changed type t.c (ENUM('a','c') -> ENUM('a','b'))"],
    ),
}

for kind in ("postgresql", "mariadb", "sqlite"):
    TOLD[f"{kind} unique"] = (
        kind,
        table("sa.Integer", ', sa.Index("ix_c", "c", unique=True)'),
        created("sa.Integer") + 'op.create_index("ix_c", "t", ["c"])',
        ["unexpected index t.ix_c (c not unique)", "missing index t.ix_c (c unique)"],
    )
    TOLD[f"{kind} action"] = (
        kind,
        PARENT + table('sa.ForeignKey("p.id", name="fk_p", ondelete="CASCADE")'),
        f'op.create_table("p", {KEY})\n'
        + created('sa.Integer, sa.ForeignKey("p.id", name="fk_p", ondelete="SET NULL")'),
        [
            "unexpected foreign key t.fk_p (c -> p.id ondelete SET NULL)",
            "missing foreign key t.fk_p (c -> p.id ondelete CASCADE)",
        ],
    )


@pytest.mark.parametrize("name", TOLD)
def test_what_differs_is_said(
    tmp_path: Path, fresh_database: Callable[[str], Database], name: str
) -> None:
    kind, model, migration, told = TOLD[name]
    project(tmp_path, fresh_database(kind), model, migration)
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert [line["message"] for line in result.events("verify.drift")] == told


def test_an_unknown_label_is_drift_where_types_are_not_compared(
    tmp_path: Path, postgresql: Database
) -> None:
    _, model, migration, _ = TOLD["label renamed"]
    project(tmp_path, postgresql, model, migration).env(
        options="compare_type=False, compare_server_default=True"
    )
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "changed default t.c" in result.verdict["message"]


def test_a_table_of_somebody_else_is_to_be_left_out(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    kit.project(tmp_path, database)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    database.execute("CREATE TABLE audit_log (i INTEGER)")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    hint = result.verdict["hint"]
    setting = next(word for word in hint.split() if word.startswith("BOOTCTL__VERIFY__IGNORE="))
    assert ("include_object" in hint) == (kit.name == "alembic")
    assert "revision --autogenerate -m" not in hint
    name, _, value = setting.rstrip(".,").partition("=")
    assert bootctl("run", "--", "true", cwd=tmp_path, env={name: value}).code == 0


def test_a_table_of_an_extension_is_not_the_projects(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("CREATE EXTENSION citext")
    postgresql.execute("CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY)")
    postgresql.execute("CREATE INDEX ix_srid ON spatial_ref_sys (srid)")
    postgresql.execute("ALTER EXTENSION citext ADD TABLE spatial_ref_sys")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 0, result.stderr
