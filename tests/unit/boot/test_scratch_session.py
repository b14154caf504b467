"""Statements of a MySQL server's that name another database are refused where migrations are replayed."""

import pytest

from bootctl.boot.scratch_session import OnlyScratch, refuse_other_databases
from bootctl.database.url import parse
from bootctl.errors import HistoryError

URL = parse("mysql://root@localhost/bootctl_scratch_1")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE other.t (id INT)",
        "create table if not exists `other` . `t` (id INT)",
        "INSERT INTO other.t VALUES (1)",
        "UPDATE other.t SET a = 1",
        "DELETE FROM other.t",
        "DROP TABLE IF EXISTS other.t",
        "CREATE INDEX i ON other.t (id)",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES other.t (id)",
        "CREATE OR REPLACE VIEW other.v AS SELECT 1",
        "USE other",
        "CREATE DATABASE other",
        "DROP SCHEMA IF EXISTS `other`",
        "ALTER DATABASE other CHARACTER SET utf8mb4",
        "/* of t */ TRUNCATE TABLE other.t",
    ],
)
def test_another_database_is_refused(statement: str) -> None:
    executing = refuse_other_databases(URL)
    assert executing is not None
    with pytest.raises(HistoryError, match="database other"):
        executing(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (id INT, other INT)",
        "UPDATE t SET a = 1 WHERE t.b = 2",
        "INSERT INTO t SELECT u.id FROM u USE INDEX (i)",
        "INSERT INTO t VALUES ('insert into other.t')",
        "-- update other.t\nSELECT 1",
        "ALTER DATABASE CHARACTER SET utf8mb4",
        "CREATE TABLE bootctl_scratch_1.t (id INT)",
        "SELECT * FROM other.t",
        'ALTER TABLE t COMMENT = "drop table other.t"',
        "SELECT DATABASE()",
    ],
)
def test_the_scratch_database_s_own_statements_are_not(statement: str) -> None:
    executing = refuse_other_databases(URL)
    assert executing is not None
    executing(statement)


def test_other_servers_have_no_such_statements() -> None:
    assert refuse_other_databases(parse("postgresql://localhost/bootctl_scratch_1")) is None


def test_a_session_elsewhere_does_not_migrate() -> None:
    only = OnlyScratch(None, URL)  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match="connects to production"):
        only.mark(URL, lambda _: "production")
