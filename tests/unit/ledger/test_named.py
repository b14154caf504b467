"""What statements make by name, and whether it is there."""

import pytest
from sqlalchemy import create_engine

from bootctl.ledger.named import Presence, presence


def there_is(*statements: str) -> Presence:
    """What of ``statements`` is in a database with one table, a column and an index of it."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE posts (id INTEGER, title TEXT)")
        connection.exec_driver_sql("CREATE INDEX by_title ON posts (title)")
        return presence(connection, statements)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE `posts` (id INT)", "table posts"),
        ("CREATE TABLE IF NOT EXISTS `posts` (id INT)", "table posts"),
        ("create table if not exists posts(id INT)", "table posts"),
        ("CREATE INDEX by_title ON posts (title)", "index by_title of posts"),
        ("CREATE INDEX IF NOT EXISTS by_title ON posts (title)", "index by_title of posts"),
        ("ALTER TABLE posts ADD COLUMN IF NOT EXISTS title TEXT", "column posts.title"),
        ("ALTER TABLE posts ADD title TEXT", "column posts.title"),
        ("CREATE VIEW IF NOT EXISTS posts AS SELECT 1", "table posts"),
    ],
)
def test_what_is_there(statement: str, name: str) -> None:
    found = there_is(statement, statement.replace("posts", "others"))
    assert list(map(str, found.there)) == [name]
    assert list(map(str, found.missing)) == [name.replace("posts", "others")]
    assert found.there[0].may_be_older == ("IF NOT EXISTS" in statement.upper())


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE posts ADD IF NOT EXISTS (title TEXT)",
        "ALTER TABLE posts ADD INDEX IF NOT EXISTS by_title (title)",
        "ALTER TABLE posts ADD CONSTRAINT c CHECK (id > 0)",
        "INSERT INTO posts VALUES (1)",
        "DROP TABLE IF EXISTS posts",
    ],
)
def test_what_makes_nothing_that_has_a_name(statement: str) -> None:
    assert there_is(statement) == Presence((), ())
