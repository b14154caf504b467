"""What a journal keeps of MySQL's catalog before a statement, and whether that tells if it took effect."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bootctl.database.fingerprint import before, is_as_before
from tests.support.databases.fresh import Database

ALTERED = [
    "ALTER TABLE a ADD COLUMN d INT",
    "ALTER TABLE `a` MODIFY c BIGINT NOT NULL;",
    "alter table a\n  change c d VARCHAR(7) COMMENT 'it''s'",
    "ALTER TABLE a ALTER c SET DEFAULT 3",
    "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES b (id)",
    "ALTER TABLE a ADD UNIQUE u (c)",
    "ALTER TABLE a ADD CONSTRAINT k CHECK (c > 0)",
    "ALTER TABLE a ADD COLUMN d INT AS (c + 1)",
    "ALTER TABLE a MODIFY g INT AS (c + 1)",
    "ALTER TABLE a DROP COLUMN c, DROP COLUMN g, RENAME TO z",
]
MORE = [
    "ALTER TABLE a RENAME TO z",
    "ALTER TABLE a COMMENT 'changed'",
    "ALTER TABLE IF EXISTS a ADD COLUMN d INT",
    "ALTER TABLE p CONVERT PARTITION p0 TO TABLE o",
    "ALTER TABLE p DROP PARTITION p0",
    "ALTER TABLE p REMOVE PARTITIONING",
    "CREATE TABLE o (id INT)",
    "ALTER TABLE a ROW_FORMAT = COMPRESSED",
    "DROP TABLE a",
    "CREATE INDEX i ON a (c)",
    "CREATE VIEW v AS SELECT c FROM a",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.c = 1",
    "CREATE PROCEDURE r() SELECT 1",
]


@pytest.fixture
def connection(mariadb: Database) -> Iterator[Connection]:
    """A connection that commits, to a database with three tables."""
    engine = sa.create_engine(mariadb.sync_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        opened.exec_driver_sql("CREATE TABLE a (id INT PRIMARY KEY, c INT, g INT AS (c))")
        opened.exec_driver_sql("CREATE TABLE b (id INT PRIMARY KEY)")
        opened.exec_driver_sql(
            "CREATE TABLE p (c INT) PARTITION BY RANGE (c) "
            "(PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE)"
        )
        yield opened
    engine.dispose()


@pytest.mark.parametrize("statement", ALTERED)
def test_of_one_table(connection: Connection, statement: str) -> None:
    kept = before(connection, statement)
    assert kept["table"] == "a"
    connection.exec_driver_sql("CREATE TABLE c (id INT)")
    connection.exec_driver_sql("ALTER TABLE b ADD COLUMN d INT")
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(statement)
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize("statement", MORE)
def test_of_all(connection: Connection, statement: str) -> None:
    kept = before(connection, statement)
    assert "table" not in kept
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(statement)
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE none ADD COLUMN d INT",
        "ALTER TABLE a ADD COLUMN d INT; ALTER TABLE b ADD COLUMN d INT",
        "ALTER TABLE other.a ADD COLUMN d INT",
        "ALTER TABLE other . a ADD COLUMN d INT",
        f"ALTER TABLE a ADD COLUMN d VARCHAR(9) DEFAULT '{'x' * 2000}'",
    ],
)
def test_of_all_where_it_may_be_about_others(connection: Connection, statement: str) -> None:
    assert "table" not in before(connection, statement)
