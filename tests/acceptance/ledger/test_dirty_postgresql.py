"""A migration of PostgreSQL's or SQLite's that has committed a part of itself, and then failed.

What the server has refused is known not to be done, so there are two ways out, whatever the statement was.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import key, recorded
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit, Project
from tests.support.projects.steps import Python
from tests.support.scenarios.half_applied import UP, boot, dirty, migrated, write

NOWHERE = "INSERT INTO nowhere VALUES (1)"
DOWN = ("DELETE FROM t2", "DROP TABLE t2", "DROP TABLE t1")
MADE = (UP[0], UP[2])
LAST = "INSERT INTO t2 (id) VALUES (1)"
SYNC, ASYNC = (ALEMBIC, "postgresql"), (ASYNC_ALEMBIC, "postgresql")

AFTER_BLOCK = """\
with op.get_context().autocommit_block():
    op.execute("{0}")
op.execute("{1}")
op.execute("{2}")
"""
BEFORE_COMMIT = """\
op.execute("{0}")
op.execute("COMMIT")
op.execute("{1}")
op.execute("{2}")
"""


def at_head(kit: Kit, root: Path, database: Database) -> None:
    result = boot(root)
    assert result.code == 0, result.stderr
    assert recorded(database, kit)[-1] == key(kit, "a2")
    assert database.execute("SELECT id FROM t2") == [(1,)]
    assert database.execute("SELECT count(*) FROM t1") == [(0,)]


def resolved(kit: Kit, root: Path, way: str) -> None:
    verdict = dirty(kit, root)
    assert "is not known" not in verdict["message"]
    assert verdict[way]
    done = boot(root, "resolve", f"--{way}", kit.revision("a2"), "--yes")
    assert done.code == 0, done.stderr


@pytest.mark.parametrize("way", ["forward", "back"])
@pytest.mark.parametrize(
    ("kit", "kind"),
    [SYNC, ASYNC, (TORTOISE, "postgresql"), (TORTOISE, "sqlite"), (AERICH, "sqlite")],
    ids=lambda it: it.name if isinstance(it, Kit) else it,
)
def test_rows_of_a_table_that_is_not_there(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str, way: str
) -> None:
    database = fresh_database(kind)
    project = migrated(kit, tmp_path, database)
    _write(kit, project, (*MADE, NOWHERE))
    failed = boot(tmp_path)
    assert failed.code == 14, failed.stderr
    assert "a part of the failing migration is committed, and stays" in failed.verdict["message"]
    _write(kit, project, (*MADE, LAST))
    resolved(kit, tmp_path, way)
    at_head(kit, tmp_path, database)


def _write(kit: Kit, project: Project, up: tuple[str, ...]) -> None:
    like = ALEMBIC if kit is ASYNC_ALEMBIC else kit
    write(like, project, up, DOWN, commits=True)


@pytest.mark.parametrize("way", ["forward", "back"])
@pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC], ids=["sync", "async"])
@pytest.mark.parametrize("code", [AFTER_BLOCK, BEFORE_COMMIT], ids=["block", "COMMIT"])
def test_what_follows_a_commit_of_the_migration(
    tmp_path: Path, postgresql: Database, kit: Kit, code: str, way: str
) -> None:
    project = migrated(kit, tmp_path, postgresql)
    down = f"\n\ndef downgrade():\n    [op.execute(sql) for sql in {DOWN!r}]\n"
    for last, code_of_boot in ((NOWHERE, 14), (LAST, 17)):
        path = project.migration("a2", "a1", Python(code.format(*MADE, last)))
        path.write_text(path.read_text() + down)
        assert boot(tmp_path).code == code_of_boot
    resolved(kit, tmp_path, way)
    at_head(kit, tmp_path, postgresql)


def test_a_script_that_is_one_transaction_is_rolled_back(
    tmp_path: Path, postgresql: Database
) -> None:
    project = migrated(AERICH, tmp_path, postgresql)
    write(AERICH, project, (*MADE, NOWHERE), commits=True)
    failed = boot(tmp_path)
    assert failed.verdict["message"].endswith("rolled back: the database is as it was before")
    write(AERICH, project, (*MADE, LAST), commits=True)
    at_head(AERICH, tmp_path, postgresql)
