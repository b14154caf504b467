"""Which statements are executed on copies of tables, and which may reach the live ones."""

import pytest

from bootctl.boot.rehearsal import UnrehearsedError, asked

REHEARSED = [
    "ALTER TABLE users DROP COLUMN email",
    "ALTER TABLE `users` ADD COLUMN price DECIMAL(12,2) NOT NULL DEFAULT 0.00",
    "ALTER TABLE users ADD share DOUBLE DEFAULT .5 COMMENT 'as of app.shares'",
    "CREATE TABLE posts (id INT PRIMARY KEY)",
    "CREATE UNIQUE INDEX once ON users (email)",
    "DROP INDEX once ON users",
    "RENAME TABLE users TO people",
    "DROP TABLE users",
    "DROP VIEW IF EXISTS seen",
    "CREATE VIEW seen AS SELECT id FROM users",
]
REACHING = [
    "DROP TABLE users, app.users",
    "DROP TABLE users, `app`.`users`",
    "DROP TABLE users, app . users",
    "RENAME TABLE users TO app.people",
    "ALTER TABLE app.users DROP COLUMN email",
    "ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES app.teams (id)",
    "ALTER TABLE users /*!50003 RENAME */ TO people",
    "ALTER TABLE users /*M! RENAME */ TO people",
    "DROP DATABASE app",
    "CALL mend()",
    "CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET NEW.email = ''",
    "CREATE PROCEDURE p() DROP TABLE users",
    "PREPARE s FROM 'DROP TABLE users'",
    "EXECUTE s",
    "CREATE OR REPLACE TABLE users (id INT)",
    "CREATE OR REPLACE VIEW seen AS SELECT id FROM users",
    "CREATE VIEW seen AS SELECT * FROM app.users",
    f"ALTER TABLE users COMMENT '{'x' * 100_000}', RENAME TO app.people",
]
OF_ROWS = [
    "INSERT INTO app.users VALUES (1)",
    "UPDATE users SET a = 1",
    "SELECT 1",
    "USE app",
    "-- nothing",
]


@pytest.mark.parametrize("text", REHEARSED)
def test_what_changes_tables_is_rehearsed(text: str) -> None:
    assert asked(text)


@pytest.mark.parametrize("text", REACHING)
def test_what_may_reach_the_live_database_is_not(text: str) -> None:
    with pytest.raises(UnrehearsedError):
        asked(text)


@pytest.mark.parametrize("text", OF_ROWS)
def test_rows_change_no_schema(text: str) -> None:
    assert not asked(text)
