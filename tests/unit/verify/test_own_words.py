"""What models say in the server's own words is known without making it."""

import pytest
from sqlalchemy import CheckConstraint, Column, Computed, Index, Integer, MetaData, Table, func
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.own_words import in_own_words

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def check(definition: str, name: str = "t.ck", **parts: str) -> SchemaObject:
    """A CHECK as the server has it."""
    return SchemaObject("check", name, "t", {"definition": definition, **parts})


def table(*items: CheckConstraint | Index, computed: bool = False) -> Table:
    """A table of the models with two columns."""
    more = [Column("b", Integer, Computed("a + 1"))] if computed else []
    return Table("t", MetaData(), Column("a", Integer), *more, *items)


def known(model: Table, *live: SchemaObject, dialect: Dialect = DIALECT) -> list[str]:
    """The names of the live CHECKs that the model is known to say."""
    found = in_own_words(dialect, model, "t", live)
    assert all(claim.said == claim.live for claim in found)
    return [claim.said.name for claim in found]


@pytest.mark.parametrize("text", ["a > 0", "(a > 0)"])
@pytest.mark.parametrize("name", [None, "ck"])
def test_a_check_in_the_servers_words_is_known(text: str, name: str | None) -> None:
    assert known(table(CheckConstraint(text, name=name)), check("(a > 0)")) == ["t.ck"]


def test_a_check_of_a_column_is_known() -> None:
    model = Table("t", MetaData(), Column("a", Integer, CheckConstraint("a > 0")))
    assert known(model, check("(a > 0)", "t.t_a_check")) == ["t.t_a_check"]


@pytest.mark.parametrize(
    ("named", "live"),
    [
        (None, check("(a > 1)")),
        (None, check("((a)::bigint > 0)")),
        (None, check("(a > 0)", validated="no")),
        (None, check("(a > 0)", inherit="no")),
        ("other", check("(a > 0)")),
        (None, SchemaObject("exclusion", "t.ck", "t", {"definition": "(a > 0)"})),
    ],
)
def test_what_is_there_otherwise_is_to_be_made(named: str | None, live: SchemaObject) -> None:
    assert known(table(CheckConstraint("a > 0", name=named)), live) == []


def test_one_check_that_is_to_be_made_is_made_with_the_others() -> None:
    model = table(CheckConstraint("a > 0", name="ck"), CheckConstraint("a IN (1, 2)", name="two"))
    assert known(model, check("(a > 0)"), check("(a = ANY (ARRAY[1, 2]))", "t.two")) == []


def test_a_check_that_is_not_validated_on_purpose_is_to_be_made() -> None:
    model = table(CheckConstraint("a > 0", name="ck", postgresql_not_valid=True))
    assert known(model, check("(a > 0)")) == []


def test_expressions_are_to_be_made() -> None:
    for model in (
        table(CheckConstraint("a > 0"), computed=True),
        table(CheckConstraint("a > 0"), Index("i", func.lower("a"))),
    ):
        assert known(model, check("(a > 0)")) == []


def test_sqlite_keeps_the_text() -> None:
    dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
    model = table(CheckConstraint("a > 0", name="ck"))
    assert known(model, check("a > 0"), dialect=dialect) == ["t.ck"]
    assert known(model, check("a > 1"), dialect=dialect) == []


def test_another_database_has_to_make_it() -> None:
    dialect = mysql.dialect()  # type: ignore[no-untyped-call]
    assert known(table(CheckConstraint("a > 0")), check("(a > 0)"), dialect=dialect) == []
