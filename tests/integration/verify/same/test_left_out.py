"""Which tables Alembic is spared, and that nothing else changes by it."""

from typing import Any

import alembic
import pytest
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)
from sqlalchemy.engine.reflection import Inspector

from bootctl.migrate.alembic import comparison
from bootctl.migrate.alembic.filters import Filters
from bootctl.migrate.alembic.metadata import differences
from bootctl.migrate.snapshots import Snapshot
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read
from tests.integration.verify.same.comparing import both_ways, configured, made
from tests.support.databases.fresh import Database


@pytest.fixture
def reflected(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The tables that are read anew to be compared."""
    found: set[str] = set()
    original = Inspector.reflect_table

    def reflect_table(inspector: Inspector, table: Table, *args: Any, **kw: Any) -> None:
        found.add(table.name)
        original(inspector, table, *args, **kw)

    monkeypatch.setattr(Inspector, "reflect_table", reflect_table)
    return found


def models() -> MetaData:
    """Tables that refer to each other; the smallest is the one that is compared in any case."""
    metadata = MetaData()
    Table("small", metadata, Column("id", Integer, primary_key=True))
    one = Table("one", metadata, Column("id", Integer, primary_key=True), Column("name", String(9)))
    Index("ix_one", one.c.name)
    for name in ("two", "three"):
        key = ForeignKeyConstraint(["one"], ["one.id"], name=f"fk_{name}")
        Table(name, metadata, Column("id", Integer, primary_key=True), Column("one", Integer), key)
    return metadata


def compared(
    connection: Connection, metadata: MetaData, live: Catalog | None = None, **options: Any
) -> list[str]:
    """What differs by the names of it, if the catalog is known."""
    context = configured(connection, metadata, **options)
    found = differences(context, live=live or read(connection)).differences
    return sorted(f"{item.kind} {item.name}" for item in found)


def test_none_is_read_where_all_are_the_same(shared: Database, reflected: set[str]) -> None:
    asked: list[Any] = []

    def hook(context: Any, revision: Any, directives: list[Any]) -> None:
        asked.append(directives[0].upgrade_ops.is_empty())

    with made(shared, models()) as connection:
        assert compared(connection, models(), process_revision_directives=hook) == []
    assert asked == [True]
    assert reflected == set()


def test_a_boot_makes_use_of_what_it_has_read(shared: Database, reflected: set[str]) -> None:
    with made(shared, models()) as connection:
        snapshot = Snapshot("postgresql", read(connection), (), None)
        found = comparison.compared(configured(connection, models()), snapshot)
        assert found.differences == ()
        assert reflected == set()
        comparison.compared(configured(connection, models()), snapshot, strict=True)
        comparison.compared(configured(connection, models()), None)
    assert reflected == {*models().tables}


def test_other_schemas_are_looked_into(shared: Database) -> None:
    changes = ("CREATE SCHEMA s", "CREATE TABLE s.more (id INTEGER)")
    with made(shared, models(), *changes) as connection:
        assert compared(connection, models()) == []
        found = compared(connection, models(), include_schemas=True)
        assert found == ["unexpected table s.more"]


def test_a_schema_that_the_project_hides_has_nothing(shared: Database) -> None:
    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "schema"

    with made(shared, models()) as connection:
        found = compared(connection, models(), include_name=include_name)
        assert {f"missing table {name}" for name in models().tables} <= {*found}


def test_one_that_differs_is_compared(shared: Database, reflected: set[str]) -> None:
    change = "ALTER TABLE one ALTER name SET NOT NULL"
    with made(shared, models(), change) as connection:
        assert compared(connection, models()) == ["changed nullability one.name"]
    assert reflected == {"small", "one"}


@pytest.mark.parametrize(("version", "spared"), [("1.18.2", False), ("1.18.3", True)])
def test_all_are_compared_where_alembic_can_leave_none_out(
    shared: Database,
    reflected: set[str],
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    spared: bool,
) -> None:
    monkeypatch.setattr(alembic, "__version__", version)
    with made(shared, models(), "ALTER TABLE small ADD more INTEGER") as connection:
        assert compared(connection, models()) == ["unexpected column small.more"]
    assert ("three" not in reflected) is spared


def test_a_table_that_is_missing_or_too_much_is_found(shared: Database) -> None:
    changes = ("DROP TABLE three", "CREATE TABLE more (id INTEGER REFERENCES two)")
    with made(shared, models(), *changes) as connection:
        assert compared(connection, models()) == ["missing table three", "unexpected table more"]


def test_a_temporary_table_of_its_name_hides_one(shared: Database) -> None:
    with made(shared, models(), "CREATE TEMPORARY TABLE one (id INTEGER)") as connection:
        whole, spared = both_ways(connection, models(), read(connection))
        assert whole == spared
        assert whole


@pytest.mark.parametrize("option", ["include_name", "include_object"])
@pytest.mark.parametrize("hidden", ["one", "ix_one", "fk_two", "name", "small"])
@pytest.mark.parametrize("changes", [(), ("CREATE INDEX more ON two (one)", "DROP TABLE three")])
def test_what_the_project_hides_is_as_it_was(
    shared: Database, option: str, hidden: str, changes: tuple[str, ...]
) -> None:
    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        return name != hidden

    def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return name != hidden

    given = {option: include_name if option == "include_name" else include_object}
    with made(shared, models(), *changes) as connection:
        context = configured(connection, models(), **given)
        names = {table.name: table for table in models().tables.values()}
        live = read(connection).filtered(Filters(context, names, ()).shows)
        whole, spared = both_ways(connection, models(), live, **given)
        assert whole == spared


def test_a_filter_that_asks_what_the_index_is_decides_of_the_real_one(shared: Database) -> None:
    def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return kind != "index" or bool(item.unique)

    with made(shared, models(), "CREATE UNIQUE INDEX ix_more ON two (one)") as connection:
        context = configured(connection, models(), include_object=include_object)
        live = read(connection).filtered(Filters(context, {}, ()).shows)
        assert "two.ix_more" not in {item.name for item in live.objects}
        found = compared(connection, models(), live, include_object=include_object)
        assert found == ["unexpected index two.ix_more"]


def test_a_table_of_two_models_is_compared(shared: Database, reflected: set[str]) -> None:
    metadata = models()
    Table("two", metadata, Column("id", Integer, primary_key=True), schema="public")
    with made(shared, models()) as connection:
        whole, spared = both_ways(connection, metadata, read(connection))
        assert whole == spared
        reflected.clear()
        compared(connection, metadata)
    assert "two" in reflected


def test_a_table_whose_models_say_its_schema_is_compared(
    shared: Database, reflected: set[str]
) -> None:
    metadata = MetaData(schema="public")
    for name in ("one", "two"):
        Table(name, metadata, Column("id", Integer, primary_key=True))
    with made(shared, metadata) as connection:
        assert compared(connection, metadata) == []
    assert reflected == {"one", "two"}


def test_models_of_two_schemas_are_of_two_tables(shared: Database) -> None:
    metadata = models()
    Table("two", metadata, Column("id", Integer, primary_key=True), schema="s")
    with made(shared, models()) as connection:
        assert compared(connection, metadata) == ["missing table s.two"]


def test_a_key_to_a_partitioned_table_is_what_alembic_takes_it_for(shared: Database) -> None:
    metadata = models()
    number = Column("id", Integer, primary_key=True, autoincrement=False)
    Table("parts", metadata, number, postgresql_partition_by="RANGE (id)")
    Table("part", metadata, Column("id", Integer, ForeignKey("parts.id")), Column("b", Integer))
    change = "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9)"
    with made(shared, metadata, change) as connection:
        whole, spared = both_ways(connection, metadata, read(connection))
        assert whole == spared


def test_all_are_compared_where_the_role_cannot_see_everything(
    shared: Database, reflected: set[str]
) -> None:
    with made(shared, models()) as connection:
        seen = read(connection)
        compared(connection, models(), Catalog(seen.objects, seen.server, ["rules"]))
    assert reflected == {*models().tables}


def test_a_strict_comparison_is_of_all(shared: Database, reflected: set[str]) -> None:
    with made(shared, models()) as connection:
        differences(configured(connection, models()), strict=True, live=read(connection))
    assert reflected == {*models().tables}
