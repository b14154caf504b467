"""What squawk says, in the place of our own rules, in the same list."""

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from bootctl.migrate.risk import squawk
from bootctl.migrate.risk.judge import Judge
from tests.unit.migrate.risk.judged import REVISION, linted, risks, tables

RULES = {
    "DROP TABLE users": ("destructive", "ban-drop-table"),
    "ALTER TABLE users DROP COLUMN email": ("destructive", "ban-drop-column"),
    "ALTER TABLE users RENAME TO people": ("destructive", "renaming-table"),
    "ALTER TABLE users RENAME COLUMN email TO mail": ("destructive", "renaming-column"),
    "CREATE INDEX i ON users (id)": ("locking", "require-concurrent-index-creation"),
    "ALTER TABLE users ALTER COLUMN id TYPE bigint": ("rewriting", "changing-column-type"),
    "ALTER TABLE users ALTER COLUMN id SET NOT NULL": ("locking", "adding-not-nullable-field"),
    "ALTER TABLE users ADD COLUMN a text NOT NULL": ("locking", "adding-required-field"),
    "ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid()": (
        "rewriting",
        "adding-field-with-default",
    ),
    "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES b (id)": (
        "locking",
        "adding-foreign-key-constraint",
    ),
    "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)": (
        "locking",
        "constraint-missing-not-valid",
    ),
    "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email)": (
        "locking",
        "disallowed-unique-constraint",
    ),
    "ALTER TABLE users ADD PRIMARY KEY (id)": ("locking", "adding-serial-primary-key-field"),
}


@pytest.mark.parametrize("statement", RULES)
def test_its_rule_takes_the_place_of_ours(statement: str) -> None:
    [risk] = risks("postgresql", statement, lint=linted)
    assert (risk.kind, risk.rule) == RULES[statement]
    assert (risk.by, risk.table, risk.rows) == ("squawk", "users", 1_000_000)
    assert risk.advice
    assert len(risks("postgresql", statement)) == 1, "our own list has it too"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE n (id int)",
        "CREATE INDEX i ON tiny (id)",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(200)",
        "ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now()",
        "ALTER TABLE users ADD COLUMN a int",
        "-- squawk-ignore ban-drop-table\nDROP TABLE users",
    ],
)
def test_its_words_on_style_and_on_what_does_no_harm_are_left_out(statement: str) -> None:
    assert risks("postgresql", statement, lint=linted) == []


def test_what_it_has_no_rule_for_is_still_found_by_ours() -> None:
    found = risks("postgresql", "DELETE FROM users", "LOCK TABLE users", lint=linted)
    assert [item.by for item in found] == ["bootctl", "bootctl"]


def test_a_statement_that_it_cannot_read_hides_no_other() -> None:
    unread = "CREATE INDEX i ON users USING odd syntax"
    found = risks("postgresql", "DROP TABLE tiny;", unread, "DROP TABLE users", lint=linted)
    rules = [(item.rule, item.by) for item in found]
    assert rules[0] == rules[-1] == ("ban-drop-table", "squawk")
    assert ("create-index", "bootctl") in rules


def test_lines_of_a_statement_are_told_apart() -> None:
    found = linted(["-- a\nSELECT\n1;", "DROP TABLE a", "SELECT 2", "\n\nDROP TABLE b\n\n;"])
    assert [bool(item) for item in found] == [False, True, False, True]


@pytest.mark.parametrize("answer", ["echo nonsense", "exit 3", "echo '[{}]'", "echo '{\"a\": 1}'"])
def test_a_linter_that_does_not_answer_is_told_and_ours_go_on(tmp_path: Path, answer: str) -> None:
    program = tmp_path / "squawk"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    judge = Judge(tables(), lambda texts: squawk.lint(str(program), texts))
    [risk] = judge.judge(REVISION, "postgresql", ["DROP TABLE users"])
    assert risk.by == "bootctl"
    assert judge.unread
    assert judge.unread[0].startswith("squawk does not answer")


def test_that_it_is_not_installed_matters_only_for_what_is_there() -> None:
    judge = Judge(tables(), None)
    made = ("CREATE TABLE n (id int)", "CREATE INDEX i ON n (id)", "ALTER TABLE n ADD a int")
    judge.judge(REVISION, "postgresql", [*made, "DROP TABLE n", "CREATE TYPE t AS ENUM ('a')"])
    assert not judge.has_lacked_linter
    judge.judge(REVISION, "postgresql", ["ALTER TABLE tiny ADD a int"])
    assert judge.has_lacked_linter


def test_it_is_asked_of_postgresql_only() -> None:
    def lint(texts: object) -> list[list[squawk.Linted] | None]:
        raise AssertionError

    assert risks("mysql", "DROP TABLE users", lint=lint)
    assert risks("sqlite", "DROP TABLE users", lint=lint)
    assert risks("postgresql", "DELETE FROM users", "SELECT 1", lint=lint)


def test_it_is_not_asked_about_tables_that_the_migrations_have_made() -> None:
    asked: list[str] = []

    def lint(texts: Sequence[str]) -> list[list[squawk.Linted] | None]:
        asked.extend(texts)
        return linted(texts)

    judge = Judge(tables(), lint)
    to_users = "ALTER TABLE n ADD FOREIGN KEY (a) REFERENCES users (id)"
    made = ("CREATE TABLE n (id int)", "ALTER TABLE n ADD a int", "CREATE INDEX i ON n (a)")
    for statement in (*made, to_users, "DROP TABLE users", "DROP TABLE n"):
        judge.judge(REVISION, "postgresql", [statement])
    assert [text for text in asked if text in made] == []
    assert "DROP TABLE users" in asked
