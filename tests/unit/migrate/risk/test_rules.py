"""bootctl's own rules, statement by statement."""

import pytest

from bootctl.database.risks import Risk, RiskKind
from tests.unit.migrate.risk.judged import told

POSTGRESQL = {
    "DROP TABLE users, tiny CASCADE": "destructive drop-table users; destructive drop-table tiny",
    'ALTER TABLE "public"."users" DROP COLUMN IF EXISTS email': "destructive drop-column public.users",
    "alter table users drop email": "destructive drop-column users",
    "ALTER TABLE users DROP CONSTRAINT x": "",
    "DROP SCHEMA s CASCADE": "destructive drop-schema",
    "DROP TYPE mood": "destructive drop-type",
    "TRUNCATE TABLE ONLY tiny": "destructive truncate tiny",
    "DELETE FROM users": "destructive delete-without-where users",
    "DELETE FROM users WHERE id = 1": "",
    "UPDATE users SET email = ''": "destructive update-without-where users",
    "UPDATE users SET email = '' WHERE id = 1": "",
    "ALTER TABLE users RENAME TO people": "destructive rename-table users",
    "ALTER TABLE users RENAME COLUMN email TO mail": "destructive rename-column users",
    "ALTER TABLE users RENAME email TO mail": "destructive rename-column users",
    "ALTER TABLE users RENAME CONSTRAINT a TO b": "",
    "ALTER TABLE users ALTER COLUMN id TYPE BIGINT": "rewriting column-type users",
    "ALTER TABLE users ALTER email SET DATA TYPE VARCHAR(20)": "rewriting column-type users",
    "ALTER TABLE users ALTER COLUMN email TYPE VARCHAR(200)": "",
    "ALTER TABLE users ALTER COLUMN email TYPE TEXT": "",
    "ALTER TABLE users ALTER COLUMN email TYPE TEXT USING lower(email)": "rewriting column-type users",
    "ALTER TABLE users ALTER COLUMN price TYPE NUMERIC(12, 2)": "",
    "ALTER TABLE users ALTER COLUMN price TYPE NUMERIC(12, 4)": "rewriting column-type users",
    "ALTER TABLE users ALTER COLUMN email SET DEFAULT ''": "",
    "ALTER TABLE users ALTER COLUMN email SET NOT NULL": "locking set-not-null users",
    "ALTER TABLE users ADD COLUMN a int NOT NULL": "locking add-column-required users",
    "ALTER TABLE tiny ADD COLUMN a int NOT NULL": "locking add-column-required tiny",
    "ALTER TABLE empty ADD COLUMN a int NOT NULL": "",
    "ALTER TABLE users ADD COLUMN a int DEFAULT 0 NOT NULL": "",
    "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now() NOT NULL": "",
    "ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid()": "rewriting add-column-default users",
    "ALTER TABLE users ADD a varchar(20) DEFAULT 'random()'": "",
    "ALTER TABLE users ADD a numeric(4,2) DEFAULT '0'::numeric(4,2)": "",
    "ALTER TABLE users ADD a bigserial": "rewriting add-column-computed users",
    "ALTER TABLE users ADD g int GENERATED ALWAYS AS (id * 2) STORED": "rewriting add-column-computed users",
    "CREATE INDEX i ON users (id)": "locking create-index users",
    "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY public.users USING btree (id)": "locking create-index public.users",
    "CREATE INDEX CONCURRENTLY i ON users (id)": "",
    "CREATE INDEX i ON tiny (id)": "",
    "ALTER TABLE users ADD FOREIGN KEY (a) REFERENCES b (id)": "locking add-foreign-key users",
    "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id) NOT VALID": "",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)": "locking add-check users",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID": "",
    "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email)": "locking add-unique users",
    "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX ui": "",
    "ALTER TABLE users ADD PRIMARY KEY (id)": "locking add-primary-key users",
    "VACUUM FULL users": "rewriting vacuum-full users",
    "VACUUM (FULL, VERBOSE) users": "rewriting vacuum-full users",
    "VACUUM users": "",
    "CLUSTER users USING i": "rewriting cluster users",
    "LOCK TABLE users IN ACCESS EXCLUSIVE MODE": "locking lock-table users",
    "REINDEX TABLE users": "locking reindex users",
    "REINDEX INDEX CONCURRENTLY i": "",
    "ALTER TABLE users SET UNLOGGED": "rewriting set-storage users",
    "ALTER TABLE IF EXISTS ONLY users DROP COLUMN a, ADD b numeric(10, 2), ALTER id TYPE bigint": (
        "destructive drop-column users; rewriting column-type users"
    ),
    "COMMENT ON TABLE users IS 'DROP TABLE users'": "",
    "-- DROP TABLE users\nSELECT 1": "",
    "INSERT INTO tiny VALUES ('DROP TABLE users; DELETE FROM users')": "",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$": "",
    "DROP TABLE IF EXISTS nowhere": "",
}

MYSQL = {
    "ALTER TABLE `users` MODIFY `email` VARCHAR(20)": "rewriting column-type users",
    "ALTER TABLE users CHANGE email mail VARCHAR(20)": (
        "destructive rename-column users; rewriting column-type users"
    ),
    "ALTER TABLE users CHANGE COLUMN email email VARCHAR(20)": "rewriting column-type users",
    "ALTER TABLE users MODIFY email VARCHAR(200), ALGORITHM=INSTANT": "",
    "ALTER TABLE users ADD x int, ALGORITHM = COPY": "rewriting algorithm-copy users",
    "ALTER TABLE users ADD x int, LOCK=EXCLUSIVE": "locking lock-table users",
    "ALTER TABLE users ADD CONSTRAINT `f` FOREIGN KEY (a) REFERENCES b (id)": "locking add-foreign-key users",
    "ALTER TABLE users ADD CONSTRAINT CHECK (id > 0)": "rewriting add-check users",
    "ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4": "rewriting convert-charset users",
    "OPTIMIZE TABLE users": "rewriting optimize-table users",
    "CREATE INDEX i ON users (id)": "",
    "ALTER TABLE users ADD UNIQUE INDEX u (email)": "",
    "CREATE FULLTEXT INDEX i ON users (email)": "locking create-index users",
    "RENAME TABLE users TO people, tiny TO small": (
        "destructive rename-table users; destructive rename-table tiny"
    ),
    "LOCK TABLES users WRITE": "locking lock-table users",
    "ALTER TABLE users ENGINE=InnoDB": "rewriting change-engine users",
    "ALTER TABLE users DROP `email`": "destructive drop-column users",
    "ALTER TABLE users DROP FOREIGN KEY f, DROP INDEX f": "",
    "ALTER TABLE users RENAME people": "destructive rename-table users",
    "ALTER TABLE users ADD COLUMN name VARCHAR(50)": "",
    "ALTER TABLE users ADD `key` int": "",
    "TRUNCATE users": "destructive truncate users",
    "DROP DATABASE x": "destructive drop-database",
}

SQLITE = {
    "ALTER TABLE users DROP COLUMN email": "destructive drop-column users",
    "ALTER TABLE tiny RENAME TO small": "destructive rename-table tiny",
    "CREATE INDEX i ON users (id)": "locking create-index users",
    "CREATE INDEX i ON tiny (id)": "",
    "VACUUM": "rewriting vacuum",
    "DROP TABLE tiny": "destructive drop-table tiny",
    "CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM tiny; END": "",
}

CASES = [
    (scheme, statement, expected)
    for scheme, cases in (("postgresql", POSTGRESQL), ("mysql", MYSQL), ("sqlite", SQLITE))
    for statement, expected in cases.items()
]


@pytest.mark.parametrize(("scheme", "statement", "expected"), CASES)
def test_a_statement(scheme: str, statement: str, expected: str) -> None:
    assert "; ".join(told(scheme, statement)) == expected


def test_what_the_pending_migrations_make_themselves_is_no_risk() -> None:
    statements = ("CREATE INDEX i ON n (id)", "ALTER TABLE n DROP COLUMN id", "DROP TABLE n")
    assert told("postgresql", "CREATE TABLE n (id int)", *statements) == []


def test_a_renamed_table_is_as_large_as_before() -> None:
    renamed, indexed = told(
        "postgresql", "ALTER TABLE users RENAME TO people", "CREATE INDEX i ON people (id)"
    )
    assert (renamed, indexed) == ("destructive rename-table users", "locking create-index people")


def test_a_column_that_is_filled_where_it_was_added_loses_nothing() -> None:
    filled = told("postgresql", "ALTER TABLE users ADD a int", "UPDATE users SET a = 1")
    assert filled == ["rewriting update-without-where users"]


@pytest.mark.parametrize(
    ("columns", "lost"), [("id, email, price", []), ("id", ["destructive drop-column users"])]
)
def test_a_table_that_is_copied_is_rewritten_and_loses_what_is_not_copied(
    columns: str, lost: list[str]
) -> None:
    found = told(
        "sqlite",
        f"CREATE TABLE _alembic_tmp_users ({columns})",
        f"INSERT INTO _alembic_tmp_users ({columns}) SELECT {columns} FROM users",
        "DROP TABLE users",
        "ALTER TABLE _alembic_tmp_users RENAME TO users",
        "CREATE INDEX i ON users (id)",
    )
    assert found == ["rewriting table-copy users", *lost, "locking create-index users"]


def test_a_script_is_judged_statement_by_statement() -> None:
    script = "BEGIN;\n-- first\nDROP TABLE tiny;\nCREATE INDEX i ON users (id);\nCOMMIT;"
    expected = ["destructive drop-table tiny", "locking create-index users"]
    assert told("postgresql", script) == expected


@pytest.mark.parametrize(
    ("rows", "said"),
    [(None, "rows not known"), (0, "about 0 rows"), (1, "about 1 row"), (1200, "about 1,200 rows")],
)
def test_how_large_a_table_is_in_words(rows: int | None, said: str) -> None:
    of = ("a1", "a1.py", "DROP TABLE t", RiskKind.DESTRUCTIVE, "drop-table", "bootctl", "t")
    assert Risk(*of, rows=rows, bytes=None, advice="").size == said
