"""What a journal keeps of MySQL's catalog before a statement, and whether that tells if it took effect."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bootctl.database.fingerprint import before, fingerprint, is_as_before
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
    "ALTER TABLE a ADD COLUMN d INT, AUTO_INCREMENT = 7",
    "ALTER TABLE a MODIFY c INT COMMENT 'for ) AUTO_INCREMENT=7'",
    "CREATE INDEX i ON a (c)",
    "CREATE UNIQUE INDEX `i` ON `a` (c)",
    "DROP TABLE a",
    "DROP TABLE IF EXISTS `a`;",
]
MADE = ["CREATE TABLE o (id INT)", "create table if not exists `o`(id INT)"]
MORE = [
    "ALTER TABLE a RENAME TO z",
    "ALTER TABLE a COMMENT 'changed'",
    "ALTER TABLE IF EXISTS a ADD COLUMN d INT",
    "ALTER TABLE p CONVERT PARTITION p0 TO TABLE o",
    "ALTER TABLE p DROP PARTITION p0",
    "ALTER TABLE p REMOVE PARTITIONING",
    "ALTER TABLE a ROW_FORMAT = COMPRESSED",
    "CREATE VIEW v AS SELECT c FROM a",
    "CREATE TABLE o LIKE a",
    "CREATE TABLE o AS SELECT * FROM a",
    "DROP TABLE a, b",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.c = 1",
    "CREATE PROCEDURE r() SELECT 1",
]


@pytest.fixture
def connection(mariadb: Database) -> Iterator[Connection]:
    """A connection that commits, to a database with three tables."""
    engine = sa.create_engine(mariadb.sync_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        opened.exec_driver_sql(
            "CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, c INT, g INT AS (c))"
        )
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
    assert kept["shown"] == "a"
    connection.exec_driver_sql("CREATE TABLE c (id INT)")
    connection.exec_driver_sql("ALTER TABLE b ADD COLUMN d INT")
    connection.exec_driver_sql("INSERT INTO a (c) VALUES (1), (2)")
    connection.exec_driver_sql("DELETE FROM a")  # what they have counted stays
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(statement)
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize("statement", MADE)
def test_of_one_that_is_made(connection: Connection, statement: str) -> None:
    kept = before(connection, statement)
    assert kept["shown"] == "o"
    connection.exec_driver_sql("CREATE TABLE c (id INT)")
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(statement)
    assert not is_as_before(connection, kept)


def test_of_one_whose_index_is_dropped(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE INDEX i ON a (c)")
    kept = before(connection, "DROP INDEX i ON a")
    assert kept["shown"] == "a"
    assert is_as_before(connection, kept)
    connection.exec_driver_sql("DROP INDEX i ON a")
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize(
    "setting", ["sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES'", "sql_quote_show_create = 0"]
)
def test_a_session_that_shows_tables_otherwise(connection: Connection, setting: str) -> None:
    kept = before(connection, ALTERED[0])
    query = "SELECT @@sql_mode, @@sql_quote_show_create"
    connection.exec_driver_sql(f"SET SESSION {setting}")
    there = connection.exec_driver_sql(query).one()
    assert is_as_before(connection, kept)
    assert connection.exec_driver_sql(query).one() == there
    connection.exec_driver_sql(ALTERED[0])
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize(
    "made",
    [
        "SET SESSION sql_mode = 'NO_TABLE_OPTIONS'",
        "SET NAMES latin1",
        "ALTER TABLE a COMMENT 'é'",
        "ALTER TABLE a MODIFY c INT COMMENT '世'",
    ],
)
def test_of_all_where_a_table_is_not_shown_alike_to_everybody(
    connection: Connection, made: str
) -> None:
    connection.exec_driver_sql(made)
    kept = before(connection, ALTERED[0])
    assert "shown" not in kept
    connection.exec_driver_sql(ALTERED[0])
    assert not is_as_before(connection, kept)


def test_what_the_release_before_has_kept(connection: Connection) -> None:
    kept = {"catalog": fingerprint(connection, "a"), "table": "a"}
    connection.exec_driver_sql("ALTER TABLE b ADD COLUMN d INT")
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(ALTERED[0])
    assert not is_as_before(connection, kept)


def test_a_table_that_the_role_may_not_see(connection: Connection, mariadb: Database) -> None:
    role, server = mariadb.name, f"{mariadb.host}:{mariadb.port}"
    connection.exec_driver_sql(f"CREATE USER '{role}'@'%%' IDENTIFIED BY 'of a test'")
    try:
        connection.exec_driver_sql(f"GRANT SELECT ON {mariadb.name}.b TO '{role}'@'%%'")
        url = f"mysql+pymysql://{role}:of%20a%20test@{server}/{mariadb.name}"
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as limited:
            assert "shown" not in before(limited, ALTERED[0])
            with pytest.raises(sa.exc.DBAPIError, match="denied"):
                is_as_before(limited, before(connection, ALTERED[0]))
        engine.dispose()
    finally:
        connection.exec_driver_sql(f"DROP USER '{role}'@'%%'")


@pytest.mark.parametrize("statement", MORE)
def test_of_all(connection: Connection, statement: str) -> None:
    kept = before(connection, statement)
    assert "shown" not in kept
    assert is_as_before(connection, kept)
    connection.exec_driver_sql(statement)
    assert not is_as_before(connection, kept)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE a (id INT); CREATE TABLE d (id INT)",
        "CREATE TABLE other.a (id INT)",
        "CREATE TABLE `other`.`a` (id INT)",
        "DROP TABLE a, b",
        "DROP INDEX i ON other.a",
        "CREATE INDEX i ON `other` . `a` (c)",
        "CREATE TEMPORARY TABLE a (id INT)",
        "ALTER TABLE a ADD COLUMN d INT; ALTER TABLE b ADD COLUMN d INT",
        "ALTER TABLE other.a ADD COLUMN d INT",
        "ALTER TABLE other . a ADD COLUMN d INT",
        f"ALTER TABLE a ADD COLUMN d VARCHAR(9) DEFAULT '{'x' * 2000}'",
    ],
)
def test_of_all_where_it_may_be_about_others(connection: Connection, statement: str) -> None:
    assert "shown" not in before(connection, statement)
