"""Models' tables as the database stores them."""

from collections.abc import Callable

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Connection,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint
from sqlalchemy.types import UserDefinedType

from bootctl.verify.apart.making import made, worded
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


WORDED = ("check", "exclusion", "index")


def test_what_is_worded_is_what_the_whole_tables_say(postgresql: Database) -> None:
    whole = Table(
        "Whole",
        MetaData(schema="elsewhere"),
        Column("id", Integer, primary_key=True),
        Column("Mixed", String(9, collation="C"), CheckConstraint("\"Mixed\" LIKE 'a%'")),
        Column("size", Integer, nullable=False, server_default="7"),
        Column("kind", Enum("a", "b", name="kinds", native_enum=False, create_constraint=True)),
        Column("twice", Integer, Computed("size * 2")),
        Column("span", INT4RANGE, unique=True),
        Column("plain", String, index=True),
        Column("parent", ForeignKey("elsewhere.Whole.id")),
        CheckConstraint("SIZE % 2 = 0 AND id <> 3", name="even"),
        CheckConstraint("1 = 1"),
        ExcludeConstraint(("span", "&&"), name="apart"),
    )
    Index("lowered", func.lower(whole.c.Mixed))
    Index("some", whole.c.size, postgresql_where=whole.c.plain.is_not(None))
    with create_engine(postgresql.sync_url).connect() as connection:
        (all_of_it, failed), (of_it, none) = made(connection, [whole]), worded(connection, [whole])
    assert failed == none == {}
    found = {item.key: item for item in of_it.objects}
    expected = {
        item.key: item
        for item in all_of_it.objects
        if item.kind in WORDED and item.name != "Whole.ix_Whole_plain"
    }
    assert {key: item for key, item in found.items() if item.kind in WORDED} == expected
    assert len(expected) == 6
    generated = found["column", "Whole.twice"]
    assert generated.parts["generated"] == "((size * 2)) stored"
    assert ("column", "Whole.parent") not in found


def _locks(connection: Connection) -> int:
    mine = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()"
    return int(connection.exec_driver_sql(mine).scalar_one())


@pytest.mark.parametrize("making", [made, worded])
def test_many_tables_do_not_take_the_locks_of_all_at_once(
    making: Callable[[Connection, list[Table]], object], postgresql: Database
) -> None:
    metadata = MetaData()
    tables = [
        Table(f"t{n}", metadata, Column("c", Integer, CheckConstraint("c > 0"))) for n in range(300)
    ]
    counts: list[int] = []
    with create_engine(postgresql.sync_url).connect() as connection:
        event.listen(connection, "rollback_savepoint", lambda *_: counts.append(_locks(connection)))
        making(connection, tables)
        left = _locks(connection)
    assert 100 < max(counts) < 300
    assert left < 10
