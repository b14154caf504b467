"""Models' tables as the database stores them."""

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, create_engine

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
