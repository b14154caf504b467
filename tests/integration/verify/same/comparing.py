"""What Alembic finds by itself, and which tables are known to be the models' without it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine
from sqlalchemy.exc import SQLAlchemyError

from bootctl.database.state import Difference
from bootctl.migrate.alembic.metadata import differences
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read
from bootctl.verify.differences import leaves
from bootctl.verify.same.tables import is_same
from bootctl.verify.savepoint import savepoint
from tests.support.databases.fresh import Database

DEFAULTS = (True, None, False)
"""Values of ``compare_server_default``."""


@contextmanager
def made(database: Database, models: MetaData, *changes: str) -> Iterator[Connection]:
    """A transaction in which the models' tables are there, with ``changes``; nothing stays."""
    engine = create_engine(database.sync_url)
    with engine.connect() as connection:
        models.create_all(connection)
        for change in changes:
            connection.exec_driver_sql(change.replace("%", "%%"))
        yield connection
    engine.dispose()


def configured(connection: Connection, models: MetaData, **options: Any) -> MigrationContext:
    """A context as env.py configures it, which compares types."""
    opts = {"target_metadata": models, "compare_type": True, **options}
    return MigrationContext.configure(connection, opts=opts)


def found_by_alembic(
    connection: Connection, models: MetaData, **options: Any
) -> dict[str, list[str]]:
    """The names of operations by table, without anything of bootctl but its comparators."""
    context = configured(connection, models, **options)
    impl: Any = context.impl
    impl.compare_server_default = _differing_where_refused(connection, impl.compare_server_default)
    script = produce_migrations(context, models)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for operation in leaves(script.upgrade_ops_list):
        # A foreign key that is missing has the name of its table elsewhere.
        table = getattr(operation, "table_name", None) or operation.source_table
        found[table].append(type(operation).__name__)
    return found


def _differing_where_refused(connection: Connection, compare: Any) -> Any:
    """Alembic asks the database whether a number is equal to a text, and has no answer to its error."""

    def differs(*args: Any) -> bool:
        try:
            with savepoint(connection):
                return bool(compare(*args))
        except SQLAlchemyError:
            return True

    return differs


def known(connection: Connection, models: MetaData, live: Catalog, *, defaults: bool) -> set[str]:
    """The names of the tables of which ``is_same`` is true."""
    tables = models.tables.values()
    dialect = connection.dialect
    return {
        table.name
        for table in tables
        if is_same(table, live.by_table.get(table.name, ()), dialect, defaults=defaults)
    }


def both_ways(
    connection: Connection, models: MetaData, live: Catalog, **options: Any
) -> tuple[list[str], list[str]]:
    """What bootctl finds with all tables compared, and without those that are known."""

    def found(given: Catalog | None) -> list[str]:
        context = configured(connection, models, **options)
        return sorted(map(_told, differences(context, live=given).differences))

    return found(None), found(live)


def _told(found: Difference) -> str:
    return f"{found.kind} {found.name} {found.detail}"


def assert_sound(connection: Connection, models: MetaData) -> set[str]:
    """Fail where a table is known in which Alembic finds something; return those that are, defaults aside."""
    live = read(connection)
    by_option: dict[Any, set[str]] = {}
    for option in DEFAULTS:
        same = known(connection, models, live, defaults=option is not False)
        found = found_by_alembic(connection, models, compare_server_default=option)
        wrong = {name: found[name] for name in same if name in found}
        assert not wrong, f"compare_server_default={option}: {wrong}"
        whole, spared = both_ways(connection, models, live, compare_server_default=option)
        assert whole == spared
        by_option[option] = same
    assert by_option[True] <= by_option[False]
    return by_option[False]
