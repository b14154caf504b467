"""Whether models agree with the database in what was changed by hand, or with neither side."""

import pytest
from sqlalchemy import CheckConstraint, Column, Enum, ForeignKey, Integer, MetaData, Table
from sqlalchemy.dialects import mysql, postgresql, sqlite

from bootctl.verify import agreement
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.unclaimed import unclaimed

TABLE = SchemaObject("table", "t")
INDEX = SchemaObject("index", "t.ix", "t", {"columns": "x"})
OTHER_COLUMNS = SchemaObject("index", "t.ix", "t", {"columns": "y"})
CHECK = SchemaObject("check", "t.ck", "t", {"definition": "x > 0"})
MOOD = SchemaObject("enum", "mood", parts={"labels": "'a'"})
OTHER_MOOD = SchemaObject("enum", "mood", parts={"labels": "'a', 'b'"})
COLUMN = SchemaObject("column", "t.mood", "t", {"type": "mood[]"})
NOTHING = Catalog(())

Objects = tuple[SchemaObject, ...]


@pytest.mark.parametrize(
    ("models", "change", "live", "agree"),
    [
        ((TABLE,), Change(INDEX, None), (), True),
        ((), Change(INDEX, None), (), False),  # of its table no model says anything
        ((TABLE, INDEX), Change(INDEX, None), (), False),
        ((TABLE,), Change(CHECK, None), (), False),  # which models are not asked for
        # It may have been renamed, which models that give no names do not see.
        (
            (TABLE,),
            Change(INDEX, None),
            (SchemaObject("index", "t.b", "t", {"columns": "x"}),),
            False,
        ),
        ((TABLE,), Change(MOOD, OTHER_MOOD), (COLUMN,), True),
        ((TABLE,), Change(MOOD, OTHER_MOOD), (), False),
        ((), Change(MOOD, OTHER_MOOD), (COLUMN,), False),
    ],
)
def test_models_that_have_it_as_the_database_does(
    models: Objects, change: Change, live: Objects, agree: bool
) -> None:
    assert agreement.with_live(Catalog(models), NOTHING, change, Catalog(live)) is agree


@pytest.mark.parametrize(
    ("models", "is_wanted", "differ"),
    [
        ((TABLE,), False, True),  # they have no such index at all
        ((TABLE,), True, False),  # they have it by another name
        ((TABLE, INDEX), True, False),
        ((TABLE, SchemaObject("index", "t.ix", "t", {"columns": "z"})), True, True),
    ],
)
def test_models_that_have_it_as_nobody_does(models: Objects, is_wanted: bool, differ: bool) -> None:
    change = Change(INDEX, OTHER_COLUMNS)
    found = agreement.all_differ(Catalog(models), change, change.parts, is_wanted)
    assert found is differ


def said(table: Table, *live: SchemaObject, dialect: type = postgresql.dialect) -> Catalog:
    """What a model says of what Alembic compares."""
    return Catalog(unclaimed(table, "t", live, dialect()))


def test_a_key_without_a_name_is_that_of_its_columns() -> None:
    table = Table(
        "t",
        MetaData(),
        Column("x", ForeignKey("other.id", ondelete="cascade", onupdate="NO ACTION")),
        Column("u", Integer, unique=True, comment="counted"),
        CheckConstraint("x > 0"),
        Column("e", Enum("a", name="mood")),
    )
    live = (
        SchemaObject("foreign key", "t.fk", "t", {"columns": '"x"'}),
        SchemaObject("constraint", "t.u_key", "t", {"columns": "u"}),
    )
    found = said(table, *live).by_key
    assert found["foreign key", "t.fk"].parts["on delete"] == "CASCADE"
    assert found["foreign key", "t.fk"].parts["on update"] == ""
    assert found["constraint", "t.u_key"].parts == {"columns": "u"}
    assert found["column", "t.u"].parts == {"comment": "counted"}
    assert found["column", "t.e"].parts == {"comment": ""}
    assert {kind for kind, _ in said(table, dialect=sqlite.dialect).by_key} == {"table"}


def test_mysql_has_a_unique_constraint_as_an_index_and_restrict_as_no_action() -> None:
    table = Table(
        "t",
        MetaData(),
        Column("x", ForeignKey("other.id", name="fk", ondelete="RESTRICT")),
        Column("u", Integer, unique=True),
    )
    live = SchemaObject("index", "t.u", "t", {"columns": "`u`", "unique": "yes"})
    found = said(table, live, dialect=mysql.dialect).by_key
    assert found["index", "t.u"].parts == {"columns": "u"}
    assert found["foreign key", "t.fk"].parts["on delete"] == ""
