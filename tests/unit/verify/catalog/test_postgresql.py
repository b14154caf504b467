"""What is made of the text that PostgreSQL renders, and of the names of verdicts."""

import pytest

from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.clauses import groups, read_again
from bootctl.verify.catalog.postgresql.fixes import columns, names, plan, tables


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("PRIMARY KEY (id)", [("PRIMARY KEY", "id")]),
        (
            "UNIQUE (a, lower(b)) INCLUDE (c)",
            [("UNIQUE", "a, lower(b)"), ("INCLUDE", "c")],
        ),
        (
            'FOREIGN KEY (a) REFERENCES "x(y"("b)") ON DELETE SET NULL (a) NOT VALID',
            [
                ("FOREIGN KEY", "a"),
                ('REFERENCES "x(y"', '"b)"'),
                ("ON DELETE SET NULL", "a"),
            ],
        ),
        (
            "CREATE INDEX \"i (\" ON s.t USING gin (((a ->> ')'::text)) x_ops, E'\\\\)''(')",
            [
                (
                    'CREATE INDEX "i (" ON s.t USING gin',
                    "((a ->> ')'::text)) x_ops, E'\\\\)''('",
                )
            ],
        ),
    ],
)
def test_clauses(definition: str, expected: list[tuple[str, str]]):
    assert groups(definition) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users", "users"),
        ("other.users", "other.users"),
        ("Order", '"Order"'),
        ("select", '"select"'),
        ("per%cent", '"per%cent"'),
        ('"with.dot"', '"with.dot"'),
        ('other."say ""hi"""', 'other."say ""hi"""'),
    ],
)
def test_a_name_of_a_verdict_as_sql_has_it(name: str, expected: str):
    assert names.sql_name(name) == expected


def test_the_name_of_an_index_is_in_the_schema_of_its_table():
    index = SchemaObject("index", "other.users.Name (all)", "other.users")
    assert names.target(index) == 'INDEX other."Name (all)"'


@pytest.mark.parametrize(
    ("live", "expected", "narrows"),
    [
        ("integer", "bigint", False),
        ("bigint", "integer", True),
        ("character varying(10)", "character varying(20)", False),
        ("character varying(20)", "character varying(10)", True),
        ("character varying(20)", "character varying", False),
        ("character varying", "character varying(20)", True),
        ("character varying(20)", "text", False),
        ("text", "integer", True),
    ],
)
def test_what_a_change_of_type_may_lose(live: str, expected: str, narrows: bool):
    was, is_to_be = (
        SchemaObject("column", "t.c", "t", {"type": kind, "nullable": "yes"})
        for kind in (live, expected)
    )
    assert columns.narrows(Change(is_to_be, was)) is narrows


def test_storage_options_are_set_and_reset():
    assert tables.storage_options("a=1, b=2", "b=3, c=4") == ["RESET (a)", "SET (b=3, c=4)"]
    assert tables.storage_options("a=1", "") == ["RESET (a)"]


def test_what_is_dropped_is_marked():
    table = SchemaObject("table", "t")
    column = SchemaObject("column", "t.c", "t", {"type": "text", "nullable": "yes"})
    live, expected = Catalog([table, column]), Catalog([table])
    (fix,) = plan.fixes(expected, live, changes(expected, live))
    assert fix.statements == ["ALTER TABLE t DROP COLUMN IF EXISTS c"]
    assert fix.destructive
    (fix,) = plan.fixes(live, expected, changes(live, expected))
    assert fix.statements == ["ALTER TABLE t ADD COLUMN c text"]
    assert not fix.destructive


@pytest.mark.parametrize(
    ("rendered", "again"),
    [
        (
            "((k)::text = ANY ((ARRAY['a'::character varying, 'b, ]''c'::character varying])::text[]))",
            "((k)::text = ANY (ARRAY[('a'::character varying)::text, ('b, ]''c'::character varying)::text]))",
        ),
        (
            "kind::text = ANY (ARRAY['a'::character varying, \"b, c\"]::text[])",
            "kind::text = ANY (ARRAY['a'::character varying::text, \"b, c\"::text])",
        ),
        (
            "(ARRAY[f(a, b), 1])::numeric(8,2)[]",
            "ARRAY[(f(a, b))::numeric(8,2), (1)::numeric(8,2)]",
        ),
        ("c = ANY (ARRAY['a'::bpchar, 'b'::bpchar])", "c = ANY (ARRAY['a'::bpchar, 'b'::bpchar])"),
        ("'{}'::text[]", "'{}'::text[]"),
    ],
)
def test_a_cast_of_an_array_is_as_the_server_reads_it_again(rendered, again):
    assert read_again(rendered) == again
    assert read_again(again) == again
