"""What is known of a table by its objects alone, in words that no table of the integration tests has."""

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Computed,
    DateTime,
    FetchedValue,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.same.tables import is_same

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
PLAIN = {"type": "integer", "nullable": "yes"}


def live(
    *others: SchemaObject, column: str = "a", comment: str = "", **parts: str
) -> list[SchemaObject]:
    """The table t with one column and others of its objects."""
    own = SchemaObject("table", "t", parts={"comment": comment} if comment else {})
    return [own, SchemaObject("column", f"t.{column}", "t", PLAIN | parts), *others]


def key(kind: str, name: str = "k", **parts: str) -> SchemaObject:
    """A key of t."""
    return SchemaObject(kind, f"t.{name}", "t", {"columns": "a", **parts})


def known(
    column: Column[Any], *items: Any, of: list[SchemaObject], defaults: bool = True, **options: Any
) -> bool:
    """Whether a table of the models with this column is known to be the live one."""
    table = Table("t", MetaData(), column, *items, **options)
    return is_same(table, of, DIALECT, defaults=defaults)


@pytest.mark.parametrize("defaults", [True, False])
def test_a_plain_column_is_known(defaults: bool) -> None:
    assert known(Column("a", Integer), of=live(), defaults=defaults)


@pytest.mark.parametrize(
    ("said", "there", "same"),
    [
        (String(), "character varying(255)", True),
        (String(9), "character varying(255)", False),
        (String(9), "character varying", False),
        (String(), "character varying(255)[]", False),
        (String(), "character(9)", False),
        (Numeric(), "numeric(12,2)", True),
        (Numeric(12), "numeric(12,2)", False),
        (DateTime(), "timestamp(3) without time zone", False),
    ],
)
def test_where_the_models_say_no_size_there_may_be_any(said: Any, there: str, same: bool) -> None:
    assert known(Column("a", said), of=live(type=there)) is same


@pytest.mark.parametrize("item", [Computed("1"), Identity(), FetchedValue()])
def test_what_gives_a_column_its_value_is_not_known(item: Any) -> None:
    assert not known(Column("a", Integer, item, nullable=True), of=live())
    assert not known(Column("a", Integer, item, nullable=True), of=live(default="1"))


@pytest.mark.parametrize("item", [Computed("1"), Identity()])
def test_it_is_not_known_where_defaults_are_not_compared(item: Any) -> None:
    assert not known(Column("a", Integer, item, nullable=True), of=live(), defaults=False)


@pytest.mark.parametrize(
    ("kind", "known_too"), [("integer", True), ("bigint", True), ("smallint", False)]
)
def test_a_sequence_of_its_own_is_no_default(kind: str, known_too: bool) -> None:
    there = live(type=kind, default="nextval(own sequence)")
    types = {"integer": "INTEGER", "bigint": "BIGINT", "smallint": "SMALLINT"}
    column = Column("a", getattr(postgresql, types[kind]))
    assert known(column, of=there) is known_too


@pytest.mark.parametrize(
    ("said", "default", "is_known"),
    [
        ("x", "'x'::text", True),
        ("x", "'x'::character varying", True),
        (text("'x'"), "'x'::text", True),
        (text("x"), "'x'::text", False),
        ("x", "'y'::text", False),
        ("x", "'x'::bpchar", False),
        ("x", "x", False),
        ("it's", "'it''s'::text", False),
        ("now()", "now()", True),
        ("now()", "public.now()", False),
        ("public.now()", "public.now()", False),
        ("1", "'1'::text", True),
        ("2020-01-01", "'2020-01-01'::date", False),
    ],
)
def test_a_default_is_known_by_its_words(said: Any, default: str, is_known: bool) -> None:
    column = Column("a", Text, server_default=said)
    assert known(column, of=live(type="text", default=default)) is is_known


@pytest.mark.parametrize("name", ['"a.b"', "a.b", 'a"b'])
def test_a_name_that_the_catalog_quotes_is_not_known(name: str) -> None:
    assert not known(Column(name, Integer), of=live(column=name))


def test_a_name_that_the_dialect_cuts_is_not_known() -> None:
    name = "n" * 60
    short = postgresql.dialect()  # type: ignore[no-untyped-call]
    short.max_identifier_length = 30
    table = Table("t", MetaData(), Column("a", Integer), Index(name, "a"))
    there = live(key("index", name))
    assert is_same(table, there, DIALECT, defaults=True)
    assert not is_same(table, there, short, defaults=True)


def test_a_comment_that_the_catalog_has_in_other_words_is_not_known() -> None:
    said = "ARRAY['a'::text]"  # as ARRAY['a']::text[] is read, too
    assert not known(Column("a", Integer), of=live(comment=said), comment=said)


@pytest.mark.parametrize("where", ["table", "column"])
def test_an_empty_comment_is_not_known(where: str) -> None:
    column = Column("a", Integer, comment="" if where == "column" else None)
    assert not known(column, of=live(), comment="" if where == "table" else None)


class OwnIndex(Index):
    """An index of the project's own."""


class OwnUnique(UniqueConstraint):
    """A constraint of the project's own."""


def test_an_index_of_columns_is_known() -> None:
    assert known(Column("a", Integer), Index("k", "a"), of=live(key("index")))
    assert not known(Column("a", Integer), OwnIndex("k", "a"), of=live(key("index")))
    # A column may be called as an expression is: the catalog has that in quotes.
    odd = Column("lower(a)", Integer)
    assert known(odd, Index("k", odd), of=live(key("index", columns='"lower(a)"'), column=odd.name))
    expression = live(key("index", columns="lower(a)"), column=odd.name)
    assert not known(Column("lower(a)", Integer), Index("k", "lower(a)"), of=expression)


@pytest.mark.parametrize(
    ("item", "known_too"),
    [
        (UniqueConstraint("a"), True),
        (UniqueConstraint("a", name="k"), True),
        (UniqueConstraint("a", name="k", deferrable=True), True),
        (UniqueConstraint("a", name="other"), False),
        (UniqueConstraint("a", name="k", postgresql_nulls_not_distinct=True), False),
        (OwnUnique("a", name="k"), False),
    ],
)
def test_a_unique_constraint_is_known(item: UniqueConstraint, known_too: bool) -> None:
    assert known(Column("a", Integer), item, of=live(key("constraint"))) is known_too


def test_of_two_constraints_of_the_same_columns_one_may_have_no_name() -> None:
    two = live(key("constraint"), key("constraint", "l"))
    assert known(Column("a", Integer), UniqueConstraint("a"), of=two)
    assert not known(Column("a", Integer), UniqueConstraint("a", name="k"), of=two)


def test_a_constraint_that_excludes_is_not_known() -> None:
    column = Column("a", Integer)
    assert not known(column, ExcludeConstraint((column, "="), name="k"), of=live())


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"ondelete": "no action", "onupdate": "NO ACTION"}, {}),
        ({"ondelete": "set null"}, {"on delete": "SET NULL"}),
        ({"deferrable": False, "initially": "IMMEDIATE"}, {}),
        ({"initially": "deferred"}, {"deferrable": "initially deferred"}),
        ({"match": "SIMPLE"}, {}),
    ],
)
def test_a_foreign_key_is_known_however_its_options_are_written(
    options: dict[str, Any], parts: dict[str, str]
) -> None:
    item = ForeignKeyConstraint(["a"], ["t.a"], **options)
    there = live(key("foreign key", target="t (a)", **parts))
    assert known(Column("a", Integer), item, of=there)


@pytest.mark.parametrize(
    "parts",
    [
        {"target": "s.t (a)"},
        {"target": '"s.t" (a)'},
        {"target": "t (b)"},
        {"columns": "b", "target": "t (a)"},
        {"target": "t (a)", "match": "full"},
        {"target": "t (a)", "validated": "no"},
        {"target": "t (a)", "triggers": "disabled"},
        {"target": "t (a)", "on delete": "SET NULL (a)"},
    ],
)
def test_another_foreign_key_is_not_known(parts: dict[str, str]) -> None:
    ondelete = parts.get("on delete")
    item = ForeignKeyConstraint(["a"], ["t.a"], ondelete=ondelete)
    assert not known(Column("a", Integer), item, of=live(key("foreign key", **parts)))


def test_a_foreign_key_to_what_no_model_has_is_not_known() -> None:
    item = ForeignKeyConstraint(["a"], ["missing.a"])
    assert not known(Column("a", Integer), item, of=live(key("foreign key", target="missing (a)")))


def test_a_foreign_key_into_another_schema_is_not_known() -> None:
    metadata = MetaData()
    Table("other", metadata, Column("a", Integer), schema="s")
    item = ForeignKeyConstraint(["a"], ["s.other.a"])
    table = Table("t", metadata, Column("a", Integer), item)
    there = live(key("foreign key", target="other (a)"))
    assert not is_same(table, there, DIALECT, defaults=True)
