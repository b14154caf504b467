"""The catalog is read by whom and where it may be: read-only roles, others' transactions, other schemas."""

import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine

from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read, read_tables
from bootctl.verify.catalog.sqlite import queries
from tests.integration.verify.corpus.item import described, statements
from tests.support.databases.fresh import Database


@contextmanager
def connected(database: Database, **options: str) -> Iterator[Connection]:
    engine = create_engine(database.sync_url, **options)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def run(connection: Connection, sql: tuple[str, ...]) -> None:
    for statement in sql:
        connection.exec_driver_sql(statement.replace("%", "%%"))


@pytest.fixture
def rich(mariadb: Database) -> Database:
    """A database of MariaDB with all that it has."""
    with connected(mariadb) as connection:
        run(connection, statements("mariadb.sql"))
    return mariadb


@pytest.fixture
def reader(rich: Database) -> Iterator[Database]:
    """The same database, for a role that may only read."""
    name = f"reader_{uuid.uuid4().hex[:12]}"
    rich.execute(f"CREATE USER {name}@'%'")
    rich.execute(f"GRANT SELECT ON {rich.name}.* TO {name}@'%'")
    yield replace(rich, user=name)
    rich.execute(f"DROP USER {name}@'%'")


def test_a_role_that_may_only_read(rich: Database, reader: Database) -> None:
    with connected(rich) as all_of_it, connected(reader) as some_of_it:
        whole, seen = read(all_of_it), read(some_of_it)
    assert set(seen.unseen) == {
        "triggers",
        "events",
        "functions and procedures",
        "the definitions of views",
        "grants to others, and those on functions and procedures",
    }
    unseen = ("trigger", "event", "function", "procedure")
    found = {
        c.object.kind: list(c.parts) for c in changes(whole, seen) if c.object.kind not in unseen
    }
    assert found == {"view": ["definition"]}


def test_in_a_read_only_transaction_of_somebody_else(rich: Database) -> None:
    with connected(rich) as connection:
        expected = read(connection)
        connection.rollback()
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
        assert read(connection).digest == expected.digest
        with rich.session() as writer:
            writer.execute("SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1")
            writer.execute("INSERT INTO items VALUES (1, 2, 'x')")
            writer.execute("SELECT NEXTVAL(numbers)")
            writer.execute("ALTER TABLE items ADD extra int")


def test_a_dump_that_is_restored_elsewhere(
    rich: Database, fresh_database: Callable[[str], Database]
) -> None:
    other = fresh_database("mariadb")
    tool = ["-h", rich.host, "-P", str(rich.port), "-u", rich.user]
    dump = subprocess.run(
        ["mariadb-dump", "--routines", "--events", *tool, rich.name],
        check=True,
        capture_output=True,
    )
    subprocess.run(["mariadb", *tool, other.name], check=True, input=dump.stdout)
    with connected(rich) as here, connected(other) as there:
        found = described(read(here), read(there))
    # A dump names the schema of a sequence: the copy takes from that of the first one.
    assert found == {"column nameless.number": "default"}


def test_tables_of_another_database(
    rich: Database, fresh_database: Callable[[str], Database]
) -> None:
    other = fresh_database("mariadb")
    with connected(rich) as connection:
        expected = read(connection).only(["items", "orders", "customers"])
        connection.exec_driver_sql(f"USE {other.name}")
        run(connection, statements("mariadb.sql"))
        assert read_tables(connection, ["items", "orders", "customers"]).digest == expected.digest


def test_a_schema_beside_the_default_one(
    mariadb: Database, fresh_database: Callable[[str], Database]
) -> None:
    other = fresh_database("mariadb")
    other.execute("CREATE TABLE far (id int PRIMARY KEY)")
    mariadb.execute(
        f"CREATE TABLE near (id int, CONSTRAINT fk FOREIGN KEY (id) REFERENCES {other.name}.far (id))"
    )
    with connected(mariadb) as connection:
        found = read(connection, [other.name])
    assert ("primary key", f"{other.name}.far.PRIMARY") in found.by_key
    mariadb.execute("DROP TABLE near")
    target = found.by_key["foreign key", "near.fk"].parts["target"]
    assert target == f"`{other.name}`.`far` (`id`)"


def test_a_small_limit_of_group_concat_cuts_nothing(rich: Database) -> None:
    with connected(rich) as connection:
        expected = read(connection)
        connection.exec_driver_sql("SET group_concat_max_len = 100")
        assert read(connection).digest == expected.digest
        limit = connection.exec_driver_sql("SELECT @@group_concat_max_len").scalar_one()
    assert limit == 100


def test_parser_and_actions_survive_json() -> None:
    catalog = Catalog([], "MariaDB 10.11", ["grants"])
    assert Catalog.from_json(catalog.to_json()).digest == catalog.digest


@pytest.fixture
def memory() -> Iterator[Connection]:
    engine = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_sqlite_before_the_list_of_tables(
    memory: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for statement in statements("sqlite.sql"):
        memory.exec_driver_sql(statement)
    expected = read(memory)
    monkeypatch.setattr(queries, "_LISTS_TABLES", (99, 0))
    assert read(memory).digest == expected.digest


def test_an_attached_database(memory: Connection) -> None:
    memory.exec_driver_sql("ATTACH ':memory:' AS far")
    memory.exec_driver_sql("CREATE TABLE far.t (id INTEGER PRIMARY KEY, a INT CHECK (a > 0))")
    memory.exec_driver_sql("CREATE INDEX far.i ON t (a)")
    names = {str(key[1]) for key in read(memory, ["far"]).by_key}
    assert names == {"far.t", "far.t.id", "far.t.a", "far.t.i", "far.t.(a > 0)"}
    assert not read(memory).objects


def test_a_database_of_sqlite_that_may_only_be_read(sqlite: Database) -> None:
    sqlite.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"file:{sqlite.name}?mode=ro", uri=True)
    )
    with engine.connect() as connection:
        assert [item.kind for item in read(connection).objects] == [
            "column",
            "primary key",
            "table",
        ]


def test_models_and_batch_mode_make_the_same(memory: Connection) -> None:
    """As a model of SQLAlchemy makes a table, and as migrations come to it."""
    metadata = sa.MetaData()
    sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "children",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20, collation="NOCASE"), nullable=False, server_default="x"),
        sa.Column("price", sa.Numeric(10, 2), server_default="0"),
        sa.Column("is_open", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("double", sa.Integer, sa.Computed("id * 2", persisted=False)),
        sa.Column("parent_id", sa.ForeignKey("parents.id", ondelete="CASCADE")),
        sa.CheckConstraint("price >= 0", name="dear"),
        sa.UniqueConstraint("name"),
        sa.Index("by_price", sa.text("price DESC"), sqlite_where=sa.text("price > 1")),
    )
    metadata.create_all(memory)
    expected = read(memory)
    metadata.drop_all(memory)

    op = Operations(MigrationContext.configure(memory))
    op.create_table(
        "parents", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id")
    )
    op.create_table(
        "children", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text)
    )
    op.add_column("children", sa.Column("is_open", sa.Boolean, server_default="1", nullable=False))
    with op.batch_alter_table("children") as batch:
        batch.add_column(sa.Column("price", sa.DECIMAL(10, 2), server_default=sa.text("0.0")))
        batch.add_column(sa.Column("parent_id", sa.Integer))
        batch.create_foreign_key("anyhow", "parents", ["parent_id"], ["id"], ondelete="CASCADE")
        batch.alter_column(
            "name", type_=sa.String(20, collation="NOCASE"), nullable=False, server_default="x"
        )
        batch.create_check_constraint("dear", "price>=0")
        batch.create_unique_constraint("once", ["name"])
    op.add_column("children", sa.Column("double", sa.Integer, sa.Computed("id*2")))
    memory.exec_driver_sql('create index by_price on "children" (price desc) where (price>1)')
    found = described(expected, read(memory))
    assert found == {"column children.price": "type"}  # NUMERIC and DECIMAL
