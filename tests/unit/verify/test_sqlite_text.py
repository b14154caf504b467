"""What the text of CREATE says on SQLite: two that mean the same are the same."""

import pytest

from bootctl.verify.catalog.sqlite.columns import value
from bootctl.verify.catalog.sqlite.definition import indexed, parsed, reaction
from bootctl.verify.catalog.sqlite.tokens import expression, parts, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a>1", " A > 1 ".lower()),
        ('"price" > 1', "price>1"),
        ("`price` > 1", "[price] > 1"),
        ("a IN (1,2)", "a in ( 1 , 2 )"),
        ("((a > 1))", "a > 1"),
        ("a > 1 -- why", "a /* how */ > 1"),
        ("LENGTH(a) > 1", "length (a) > 1"),
        ("a <> 'x'", "a != 'x'"),
        ("a == 1", "a = 1"),
        ("a is not null", "a IS NOT NULL"),
        ("x'AB' = a", "X'ab' = a"),
        ('"key" = 1', "key = 1"),
        ("cast(a as text)", "CAST (a AS text)"),
        ("case when a then 1 end", "CASE WHEN a THEN 1 END"),
    ],
)
def test_expressions_that_mean_the_same(one: str, other: str) -> None:
    assert expression(tokens(one)) == expression(tokens(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 'x'", "a = 'X'"),
        ("a = 'x  y'", "a = 'x y'"),
        ("a = '--x'", "a = ''"),
        ("(a) or (b)", "a) or (b"),
        ('a = "order"', "a = 'order'"),
        ("a > 1", "a >= 1"),
        ("(a or b) and c", "a or b and c"),
        ("a || b", "a | b"),
    ],
)
def test_expressions_that_do_not(one: str, other: str) -> None:
    assert expression(tokens(one)) != expression(tokens(other))


def test_what_is_rendered_means_itself() -> None:
    for text in (
        "a -> '$.b' = 1e5",
        'x."y z".w > - 1',
        "count(DISTINCT a) || 'it''s'",
        "a NOT LIKE '%)'",
    ):
        once = expression(tokens(text))
        assert expression(tokens(once)) == once


def test_commas_and_parentheses_that_are_none() -> None:
    columns, options = parts(
        "CREATE TABLE \"a(,\" (x TEXT DEFAULT '),(', -- ), (\n[y,)] INT /* ,) */, CHECK (x IN (1, 2))) STRICT"
    )
    assert len(columns) == 3
    assert options.strip() == "STRICT"


def test_constraints_of_columns_and_of_tables() -> None:
    definition = parsed(
        """CREATE TABLE t (
        "check" INT CHECK ("check" > 0) NOT NULL ON CONFLICT FAIL COLLATE nocase,
        as_is TEXT AS (upper(other)) STORED, other TEXT DEFAULT (1, ')') DEFAULT -1 UNIQUE ON CONFLICT IGNORE,
        ref INT CONSTRAINT r REFERENCES o (id) MATCH FULL ON DELETE SET NULL ON UPDATE NO ACTION
            DEFERRABLE INITIALLY DEFERRED CONSTRAINT c CHECK (ref < 9),
        ref2 INT REFERENCES o NOT DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT pk PRIMARY KEY ("check") ON CONFLICT REPLACE
        CONSTRAINT two UNIQUE (ref, Other COLLATE BINARY) ON CONFLICT ABORT
        CHECK (1) FOREIGN KEY (ref) REFERENCES o DEFERRABLE
        ) WITHOUT ROWID"""
    )
    assert definition.checks == [("", '"check" > 0'), ("c", "ref < 9"), ("", "1")]
    assert definition.not_null == {"check": "FAIL"}
    assert definition.collations == {"check": "NOCASE"}
    assert definition.generated == {"as_is": "upper(other)"}
    assert definition.unique == {("other",): "IGNORE", ("ref", "other"): ""}
    assert definition.primary_key == "REPLACE"
    assert definition.deferred == [True, False, False]
    assert definition.options == ["WITHOUT ROWID"]


def test_index_with_a_predicate() -> None:
    text = "create unique index i on t (a collate nocase desc, (b + 1) asc, lower(c)) where (a > 'where')"
    assert indexed(text) == (["a", "b + 1", "lower(c)"], "a > 'where'")


@pytest.mark.parametrize(
    ("head", "timing"),
    [("", "BEFORE INSERT"), ("before", "BEFORE INSERT"), ("after", "AFTER INSERT")],
)
def test_trigger_without_a_moment_is_before(head: str, timing: str) -> None:
    text = f"create trigger if not exists main.after {head} insert on x begin select 1; end"
    assert dict(reaction(text))["timing"] == timing


@pytest.mark.parametrize(
    ("default", "kind", "expected"),
    [
        ("'0'", "INTEGER", "0"),
        ("0", "INTEGER", "0"),
        ("0", "VARCHAR(5)", "'0'"),
        ("'0.00'", "DECIMAL(10, 2)", "0"),
        ("1", "REAL", "1.0"),
        ("-1", "INT", "-1"),
        ("'x'", "INTEGER", "'x'"),
        ("true", "BOOLEAN", "1"),
        ("NULL", "TEXT", ""),
        ('"x"', "TEXT", "'x'"),
        ("current_timestamp", "DATETIME", "CURRENT_TIMESTAMP"),
        ("datetime( 'now' )", "DATETIME", "datetime('now')"),
        ("'2020'", "BLOB", "'2020'"),
        ("''", "TEXT", "''"),
    ],
)
def test_default_is_what_the_column_stores(default: str, kind: str, expected: str) -> None:
    assert value(default, kind) == expected


def test_the_names_of_constraints_are_kept() -> None:
    found = parsed(
        "CREATE TABLE t (a INTEGER CONSTRAINT own UNIQUE, b INT REFERENCES u, "
        "CONSTRAINT pk PRIMARY KEY (a), CONSTRAINT both UNIQUE (a, b), UNIQUE (b), "
        "CONSTRAINT fk FOREIGN KEY (b) REFERENCES u (id) ON DELETE CASCADE)"
    )
    named = {("primary key",): "pk", ("a",): "own", ("a", "b"): "both", ("b",): ""}
    assert {columns: found.names.get(columns, "") for columns in named} == named
    assert found.foreign_names == ["", "fk"]
