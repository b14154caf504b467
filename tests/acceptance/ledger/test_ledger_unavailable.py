"""A ledger that cannot be made, written or read: a warning, and nothing more."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import has_ledger, key, recorded, warnings
from tests.support.databases.roles import role
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.support.projects.steps import Change, Sql


def two_more(kit: Kit, root: Path, database: Database, *, drop: bool = True) -> None:
    """A migrated database, if ``drop`` without the ledger, and two migrations that are pending."""
    project = kit.project(root, database)
    assert bootctl("migrate", cwd=root).code == 0
    if drop:
        database.execute("DROP TABLE bootctl_ledger")
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    project.migration("a3", "a2", Sql("UPDATE users SET name = 'Ann'"))


# Tortoise itself asks for the privilege to create its own table, which is there.
@pytest.mark.parametrize("kit", [ALEMBIC, AERICH], ids=lambda kit: kit.name)
def test_a_role_that_may_not_make_it(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with role(postgresql) as own:
        two_more(kit, tmp_path, own)
        postgresql.execute(f"REVOKE CREATE ON SCHEMA public FROM {own.user}")
        [message] = warnings(tmp_path, "migrate")
        assert "permission denied for schema public" in message
        assert recorded(own, kit)[-1] == key(kit, "a3")
        assert not has_ledger(postgresql)


def test_a_role_of_mariadb_that_may_not_make_it(tmp_path: Path, mariadb: Database) -> None:
    with role(mariadb) as own:
        two_more(ALEMBIC, tmp_path, own)
        mariadb.execute(f"REVOKE CREATE ON {mariadb.name}.* FROM {own.user}@'%'")
        [message] = warnings(tmp_path, "migrate")
    assert "CREATE command denied" in message
    assert recorded(mariadb, ALEMBIC) == ["a3"]
    assert not has_ledger(mariadb)


def test_a_role_that_may_not_write_it(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with role(postgresql) as own:
        two_more(kit, tmp_path, own, drop=False)
        postgresql.execute(f"ALTER TABLE bootctl_ledger OWNER TO {postgresql.user}")
        postgresql.execute(f"GRANT SELECT ON bootctl_ledger TO {own.user}")
        [message] = warnings(tmp_path, "migrate")
        assert "permission denied for table bootctl_ledger" in message
        assert recorded(own, kit)[-1] == key(kit, "a3")


def test_a_role_that_may_not_read_it(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    with role(postgresql) as own:
        kit.project(tmp_path, own)
        for table in ("users", kit.ledger):
            postgresql.execute(f"GRANT SELECT ON {table} TO {own.user}")
        for command in ("status", "check", "migrate"):
            [message] = warnings(tmp_path, command)
            assert "permission denied for table bootctl_ledger" in message


def test_a_table_of_the_same_name(tmp_path: Path, database: Database, kit: Kit) -> None:
    database.execute("CREATE TABLE bootctl_ledger (id INTEGER PRIMARY KEY)")
    kit.project(tmp_path, database)
    for command in ("migrate", "check"):
        assert len(warnings(tmp_path, command)) == 1
    assert database.execute("SELECT count(*) FROM bootctl_ledger") == [(0,)]
