"""What remains of a migration's statements, and what undoes those that ran."""

import pytest

from bootctl.ledger.executed import Statement, changes, commits_by_itself, leaves_nothing, statement
from bootctl.ledger.recovery import RecoveryPlan, executable, remaining, undoing

UP = [
    "CREATE TABLE t1 (id INTEGER)",
    "INSERT INTO t1 (id) VALUES (1)",
    "CREATE TABLE t2 (id INTEGER)",
    "ALTER TABLE t2 ADD b TEXT",
    "UPDATE version SET num = 'a2'",
]
DOWN = [
    "DELETE FROM t1",
    "ALTER TABLE t2 DROP COLUMN b",
    "DELETE FROM t2",
    "DROP TABLE t2",
    "DROP TABLE t1",
]


def ran(*texts: str) -> list[Statement]:
    """Statements as MySQL executes them: DDL commits."""
    return [statement(text, commits=commits_by_itself(text)) for text in texts]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("CREATE  TABLE t\n\t(id INT)", "CREATE TABLE t (id INT)"),
        ("INSERT INTO cards (no) VALUES ('4111')", "INSERT INTO cards ..."),
        ("INSERT INTO t VALUES(4111)", "INSERT INTO t VALUES ..."),
        ("UPDATE t SET no = '4111'", "UPDATE t SET no ..."),
        ("UPDATE t SET no='4111'", "UPDATE t SET no ..."),
        ("CALL pay('4111')", "CALL pay ..."),
        ("-- the card\nUPDATE t SET no = '4111'", "UPDATE t SET no ..."),
        ("CREATE OR REPLACE USER a IDENTIFIED BY 's3cret'", "CREATE OR REPLACE USER ..."),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 1"),
        ("CREATE USER a IDENTIFIED BY 's3cret'", "CREATE USER a IDENTIFIED ..."),
        ("ALTER USER a IDENTIFIED BY 's3cret'", "ALTER USER a IDENTIFIED ..."),
        ("CREATE TABLE t (a INT CHECK (a %% 2 = 0))", "CREATE TABLE t (a INT CHECK (a % 2 = 0))"),
        ("DROP TABLE t", "DROP TABLE t"),
    ],
)
def test_values_are_not_kept(text: str, kept: str) -> None:
    assert statement(text, commits=True) == Statement(kept, commits=True)


def test_a_long_statement_is_cut() -> None:
    assert len(statement(f"CREATE TABLE t ({'x' * 5000})", commits=True).text) == 2000


@pytest.mark.parametrize(
    ("text", "alters"),
    [
        ("create table t (id INT)", True),
        ("ALTER TABLE t ADD a INT", True),
        ("CREATE UNIQUE INDEX i ON t (a)", True),
        ("INSERT INTO t VALUES (1)", False),
        ("CREATE USER a IDENTIFIED BY 'p'", False),
        ("ANALYZE TABLE t", False),
    ],
)
def test_what_the_catalog_tells(text: str, alters: bool) -> None:
    assert statement(text, commits=True).alters == alters


@pytest.mark.parametrize(
    ("text", "commits"),
    [
        ("CREATE TABLE t (id INT)", True),
        ("  drop table t", True),
        ("ANALYZE TABLE t", True),
        ("GRANT SELECT ON t TO a", True),
        ("INSERT INTO t VALUES (1)", False),
        ("(SELECT 1)", False),
        ("WITH a AS (SELECT 1) UPDATE t SET b = 1", False),
        ("SET foreign_key_checks = 0", False),
        ("COMMIT;", False),
        ("-- rows\nINSERT INTO t VALUES (1)", False),
        ("-- a table\nCREATE TABLE t (id INT)", True),
        ("", False),
    ],
)
def test_what_commits_on_mysql(text: str, commits: bool) -> None:
    assert commits_by_itself(text) == commits


@pytest.mark.parametrize("text", ["SELECT 1", "select 1", "PRAGMA x", "SHOW TABLES", "BEGIN;", ""])
def test_what_changes_nothing(text: str) -> None:
    assert not changes(text)


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ((), UP),
        (UP[:1], UP[1:]),
        (UP[:3], UP[3:]),
        (UP[:4], UP[4:]),
        (("CREATE TABLE t1 (id BIGINT)",), None),
        ((UP[0], "CREATE TABLE t3 (id INTEGER)"), None),
        ((UP[2], UP[0]), None),
        ((UP[2],), None),  # the first one was added afterwards
        ((UP[0], UP[2]), None),  # and here the row
    ],
)
def test_what_remains(done: list[str], left: list[str] | None) -> None:
    expected = None if left is None else tuple(left)
    assert remaining(UP, ran(*done)) == expected


def test_what_remains_after_a_transaction() -> None:
    concurrently = "CREATE INDEX CONCURRENTLY i ON t1 (id)"
    printed = [*UP[:2], concurrently, UP[-1]]
    done = [*(statement(text, commits=False) for text in UP[:2]), Statement(concurrently, True)]
    assert remaining(printed, done) == (UP[-1],)
    assert remaining(printed[1:], done) is None
    down = ["DROP INDEX CONCURRENTLY i", "DROP TABLE t1"]
    assert undoing(printed[:-1], down, done) == tuple(down)


def test_printed_otherwise_than_executed() -> None:
    printed = ["CREATE TABLE t (\n\tid INT\n);", "DROP TABLE u;"]
    assert remaining(printed, ran("\nCREATE TABLE t ( id INT )")) == ("DROP TABLE u;",)


def test_what_remains_and_undoes_after_half_a_way_back() -> None:
    up = ["INSERT INTO log (a) VALUES (1)", "ALTER TABLE t ADD b INT", "UPDATE t SET b = 1"]
    down = ["UPDATE t SET b = NULL", "ALTER TABLE t DROP COLUMN b", "DELETE FROM log"]
    rows = ran(up[0])
    assert undoing(up, down, rows) == tuple(down[2:])
    assert remaining(up, rows) == tuple(up[1:])
    assert undoing(up, down, ran(*up[:2])) == tuple(down[1:])
    assert undoing(up, down, ran(*up)) == tuple(down)


def test_a_repeated_statement() -> None:
    twice = ["ALTER TABLE t ADD a INT", "ALTER TABLE t DROP a", "ALTER TABLE t ADD a INT", "X"]
    assert remaining(twice, ran(*twice[:1])) == tuple(twice[1:])
    assert remaining(twice, ran(*twice[:3])) == ("X",)


def test_rows_that_look_alike_are_not_told_apart() -> None:
    rows = ["INSERT INTO t (a) VALUES (1)", "INSERT INTO t (b) VALUES (2)", "DROP TABLE u"]
    done = [statement(rows[0], commits=True)]
    assert remaining(rows, done) is None
    assert remaining(rows[1:], done) == ("DROP TABLE u",)


@pytest.mark.parametrize(
    ("done", "back"),
    [
        (UP[:1], DOWN[4:]),
        (UP[:3], DOWN[3:]),
        (UP[:4], DOWN[1:]),
        ((), ()),
        (UP[:2], DOWN[4:]),  # nothing undoes these rows before the table
        ([*UP[:3], "INSERT INTO t2 (id) VALUES (1)"], DOWN[2:]),
        (UP, DOWN),
    ],
)
def test_what_undoes(done: list[str], back: list[str]) -> None:
    assert undoing(UP, DOWN, ran(*done)) == tuple(back)


@pytest.mark.parametrize("down", [(), DOWN[2:], [*DOWN, "DROP TABLE t3"]])
def test_no_mirror(down: list[str]) -> None:
    assert undoing(UP, down, ran(*UP[:3])) == ()


def test_executable() -> None:
    printed = [
        "BEGIN;\n\n",
        "-- Running upgrade a1 -> a2\n\n",
        "CREATE TABLE t (\n  id INT\n);\n\n",
        "-- a comment\nDROP TABLE u",
        "INSERT INTO t\nVALUES ('a  --\n''b'' c')",
        "CREATE TABLE v (a INT, -- first\n b INT)",
        " ; ",
        "START TRANSACTION;",
        "COMMIT;\n",
    ]
    assert list(executable(printed)) == [
        "CREATE TABLE t ( id INT );",
        "DROP TABLE u;",
        "INSERT INTO t VALUES ('a  --\n''b'' c');",
        "CREATE TABLE v (a INT, b INT);",
    ]


def test_an_escaped_quote_is_left_as_it_is() -> None:
    text = "-- a comment\nINSERT INTO t\n  VALUES ('it\\'s  -- mine');"
    assert list(executable([text])) == [text.partition("\n")[2]]


@pytest.mark.parametrize(
    ("recovery_plan", "text"),
    [
        (RecoveryPlan(("A;", "B;"), ()), "To finish it, run: A; B;"),
        (RecoveryPlan((), ("C;",)), "To undo it, run: C;"),
        (RecoveryPlan(("A;",), ("C;",)), "To finish it, run: A;. To undo it, run: C;"),
        (RecoveryPlan(), ""),
        (
            RecoveryPlan((f"INSERT INTO a VALUES (1, '{'m' * 300}');",), ()),
            f"To finish it, run: INSERT INTO a VALUES (1, '{'m' * 40} ... (300 characters)');",
        ),
    ],
)
def test_its_words(recovery_plan: RecoveryPlan, text: str) -> None:
    assert str(recovery_plan) == text


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("INSERT INTO t VALUES (1)", True),
        ("ALTER TABLE t ADD a INT", True),
        ("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)", True),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", False),
        ("CREATE TABLE t (a INT); COMMIT; INSERT INTO t VALUES (1)", False),
        ("CALL moves()", False),
        ("DO $$ BEGIN COMMIT; END $$", False),
        ("VACUUM t", False),
    ],
)
def test_what_a_refused_statement_leaves(text: str, leaves: bool) -> None:
    assert leaves_nothing(text) is leaves
