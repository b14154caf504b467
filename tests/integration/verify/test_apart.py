"""Models' tables as the database stores them."""

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
)
from sqlalchemy.types import UserDefinedType

from bootctl.verify.apart import made
from tests.support.databases.fresh import Database


def test_a_check_that_was_made_of_the_models_columns_again(postgresql: Database) -> None:
    table = Table("t", MetaData(), Column("c", Integer))
    for _ in range(2):  # the second as a migration file may, for its own use
        CheckConstraint(table.c.c.in_([1, 2]), name="ck_c")
    with create_engine(postgresql.sync_url).connect() as connection:
        catalog, failures = made(connection, [table])
    assert failures == {}
    assert [item.name for item in catalog.objects if item.kind == "check"] == ["t.ck_c"]


class Unknown(UserDefinedType[str]):
    """A type that no server has."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "no_such_type"


def test_one_that_cannot_be_made_keeps_none_from_being_made(postgresql: Database) -> None:
    metadata = MetaData()
    tables = [
        Table("a", metadata, Column("c", String(9), CheckConstraint("c LIKE 'a%'"))),
        Table("b", metadata, Column("c", Unknown)),
        Table("d", metadata, Column("c", Integer, CheckConstraint("c % 2 = 0"))),
    ]
    with create_engine(postgresql.sync_url).connect() as connection:
        one_by_one, failures = made(connection, tables)
        at_once, none = made(connection, [tables[0], tables[2]])
    assert list(failures) == ["b"]
    assert none == {}
    assert one_by_one.digest == at_once.digest
    checks = [item.parts["definition"] for item in at_once.objects if item.kind == "check"]
    assert [text.count("%") for text in checks] == [1, 1]


@pytest.mark.parametrize("convention", [None, {"fk": "fk_%(table_name)s_%(referred_table_name)s"}])
def test_a_table_that_refers_to_another_is_made_without_it(
    convention: dict[str, str] | None,
) -> None:
    metadata = MetaData(naming_convention=convention)
    Table("users", metadata, Column("id", Integer, primary_key=True))
    orders = Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("user_id", ForeignKey("users.id")),
        Column("parent_id", ForeignKey("orders.id")),
        CheckConstraint("user_id > 0", name="positive"),
    )
    with create_engine("sqlite://").connect() as connection:
        catalog, failures = made(connection, [orders])
    assert failures == {}
    assert [item.name for item in catalog.objects if item.kind == "check"] == ["orders.positive"]
    assert {item.table for item in catalog.objects} <= {"orders", ""}
