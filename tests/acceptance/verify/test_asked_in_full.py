"""What a full verification asks of PostgreSQL: as little for many tables as for few, and nothing twice."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import ASYNC_ENV, users_project
from tests.support.projects.kits import Kit
from tests.support.scenarios.receipts import booted

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
for number in range({tables}):
    sa.Table(f"t{{number}}", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
MIGRATION = "from models import metadata\nmetadata.create_all(op.get_bind())\n"
AT_HEAD = 66
"""Statements of a boot of which every one but a few is asked once. Of them 5 are for a new connection."""


def _asked(wire: Wire) -> list[str]:
    return [item.text for item in wire.statements]


def _tables(count: int, database: Database, root: Path) -> list[str]:
    with Wire(database) as wire:
        project = users_project(root, wire.database.async_url, ASYNC_ENV)
        project.write("models.py", MODELS.format(tables=count))
        project.migration("a1", None, MIGRATION)
        assert bootctl("migrate", cwd=root).code == 0
        wire.begin()
        assert bootctl("check", cwd=root).code == 0
        return _asked(wire)


def test_many_tables_are_asked_about_together(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    few, many = (
        _tables(count, fresh_database("postgresql"), tmp_path / str(count)) for count in (2, 12)
    )
    assert len(few) == len(many)


def test_a_full_boot_asks_for_little_and_begins_with_a_connection_once(
    kit: Kit, tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    with Wire(fresh_database("postgresql")) as wire:
        boot = booted(kit, wire.database, tmp_path)
        assert boot.run().code == 0
        wire.begin()
        assert boot.run(BOOTCTL__VERIFY__MODE="full").events("verify.clean")
        texts, connections = _asked(wire), wire.connections("")
    assert len(connections) <= 2
    assert len(texts) <= AT_HEAD
    begun = Counter(texts)["select pg_catalog.version()"]
    assert begun <= len(connections) + (kit.name != "alembic")  # the place of the models' schema
