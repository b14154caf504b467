"""Names with the character that MariaDB quotes names with are read, compared and written in fixes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.verify.test_unchanged_databases import KEY, project
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl

COLUMNS = f"""{KEY},
    sa.Column("a`b", sa.String(20), nullable=False, server_default="x`y"),
    sa.Column("`", sa.Integer, nullable=False),
    sa.Column("twice", sa.Integer, sa.Computed("`a``b` + `id`")),
    sa.Column("data`", sa.JSON),
    sa.Column("parent`", sa.ForeignKey("t.id", name="fk`p", ondelete="CASCADE")),
    sa.CheckConstraint("`a``b` <> 'z'", name="ck`b"),
    sa.UniqueConstraint("`", name="uq`b"),"""
MODEL = f'sa.Table("t", metadata, {COLUMNS} sa.Index("ix`b", "a`b", "`"))\n'
MADE = f'op.create_table("t", {COLUMNS})\nop.create_index("ix`b", "t", ["a`b", "`"])\n'

CHANGES = {
    "ALTER TABLE t MODIFY `a``b` varchar(90) NOT NULL DEFAULT 'x`y'": ("changed type", "t.a`b"),
    "ALTER TABLE t ALTER `a``b` SET DEFAULT 'y'": ("changed default", "t.a`b"),
    "ALTER TABLE t DROP COLUMN `data```": ("missing column", "t.data`"),
    "ALTER TABLE t ADD `more``` int": ("unexpected column", "t.more`"),
    "DROP INDEX `ix``b` ON t": ("missing index", "t.ix`b"),
    "ALTER TABLE t DROP CONSTRAINT `ck``b`": ("missing check", "t.ck`b"),
    "ALTER TABLE t DROP FOREIGN KEY `fk``p`": ("missing foreign key", "t.fk`p"),
    "ALTER TABLE t DROP INDEX `uq``b`": ("missing constraint", "t.uq`b"),
    "ALTER TABLE t MODIFY `twice` int AS (`a``b` + 2)": ("changed generated", "t.twice"),
}


def checked(root: Path) -> list[dict[str, Any]]:
    """The differences that a check finds."""
    result = bootctl("check", "--format", "json", cwd=root)
    found: list[dict[str, Any]] = json.loads(result.stdout)["differences"]
    assert result.code == (20 if found else 0), result.stderr
    return found


@pytest.mark.slow
def test_a_backtick_in_a_name(tmp_path: Path, mariadb: Database) -> None:
    project(tmp_path, mariadb, MODEL, MADE)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    for statement, difference in CHANGES.items():
        mariadb.execute(statement)
        found = checked(tmp_path)
        assert [(item["kind"], item["name"]) for item in found] == [difference], found
        assert found[0]["wrong"] == "database"
        for fix in found[0]["fix"]:
            mariadb.execute(fix)
        assert checked(tmp_path) == [], statement
    mariadb.execute("DROP TABLE bootctl_ledger")
    assert checked(tmp_path) == []
    for statement in CHANGES:
        mariadb.execute(statement)
    assert {*CHANGES.values()} <= {(item["kind"], item["name"]) for item in checked(tmp_path)}
