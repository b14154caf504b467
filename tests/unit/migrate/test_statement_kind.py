import pytest

from bootctl.migrate.statement_kind import Kind, kind


@pytest.mark.parametrize(
    ("text", "statement", "table"),
    [
        ("CREATE TABLE IF NOT EXISTS notes (id int)", "CREATE TABLE", "notes"),
        ("create unique index concurrently on only app.notes (title)", "CREATE INDEX", "app.notes"),
        ('CREATE INDEX IF NOT EXISTS i ON "No tes" (title)', "CREATE INDEX", "No tes"),
        ("ALTER TABLE IF EXISTS ONLY notes ADD x text DEFAULT 's3cret'", "ALTER TABLE", "notes"),
        ("DROP INDEX CONCURRENTLY i", "DROP INDEX", ""),
        ("INSERT INTO notes (title) VALUES ('s3cret')", "INSERT", "notes"),
        ("UPDATE ONLY notes SET title = 's3cret'", "UPDATE", "notes"),
        ("/* s3cret */ DELETE FROM `notes` WHERE id = 1", "DELETE", "notes"),
        ("VACUUM FULL notes", "VACUUM", "notes"),
        ("COPY notes FROM STDIN", "COPY", "notes"),
        ("COPY (SELECT 's3cret') TO STDOUT", "COPY", ""),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY sums", "REFRESH", "sums"),
        ("SELECT pg_sleep(1), 's3cret'", "SELECT", ""),
        ("WITH old AS (SELECT 's3cret') INSERT INTO notes SELECT 1", "WITH", ""),
        ("DO $$ BEGIN PERFORM 's3cret'; END $$", "DO", ""),
        ("ALTER ROLE service PASSWORD 's3cret'", "ALTER", ""),
        ("CREATE USER service PASSWORD 's3cret'", "CREATE", ""),
        ("s3cret", "another statement", ""),
        ("INSERT INTO 's3cret'", "INSERT", ""),
        ("UPDATE", "UPDATE", ""),
        ("ALTER TABLE", "ALTER TABLE", ""),
        ("DROP TABLE a; DROP TABLE b", "2 statements", ""),
        ("DROP TABLE a;" * 2000, "many statements", ""),
        ("-- s3cret", "", ""),
        ("", "", ""),
    ],
)
def test_a_kind_and_a_table_are_all_that_is_told(text: str, statement: str, table: str) -> None:
    assert kind(text) == Kind(statement, table)
