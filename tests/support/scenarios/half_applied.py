"""Migrations that stop half way, and what leads out of there."""

import signal
from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.downgrades import alembic_function, downgrade
from tests.support.projects.kits import Kit, Project
from tests.support.projects.steps import Python, Sql

UP = (
    "CREATE TABLE t1 (id INT PRIMARY KEY)",
    "INSERT INTO t1 (id) VALUES (1)",
    "CREATE TABLE t2 (id INT PRIMARY KEY)",
    "ALTER TABLE t2 ADD b VARCHAR(10) DEFAULT 'a  b'",
    "INSERT INTO t2 (id) VALUES (1)",
)
DOWN = (
    "DELETE FROM t2",
    "ALTER TABLE t2 DROP COLUMN b",
    "DROP TABLE t2",
    "DELETE FROM t1",
    "DROP TABLE t1",
)
"""The mirror of ``UP``, statement for statement."""
FAILING = (*UP[:3], "ALTER TABLE nowhere ADD b INT")
KILL = Python(
    "import os, signal\nif 'KILL' in os.environ:\n    os.kill(os.getpid(), signal.SIGKILL)"
)
IGNORE = {"BOOTCTL__VERIFY__IGNORE": "t1 t2 users.*"}

_NO_TRANSACTION = {
    "alembic": "",
    "aerich": "\n\nRUN_IN_TRANSACTION = False\n",
    "tortoise": "\n\nMigration.atomic = False\n",
}


def write(
    kit: Kit,
    project: Project,
    up: Sequence[str],
    down: Sequence[str] = (),
    *,
    commits: bool = False,
) -> None:
    """Write the migration ``a2`` of statements; ``commits``: outside of any transaction."""
    path = project.migration("a2", "a1", *map(Sql, up, chain(reversed(down), repeat(""))))
    text = path.read_text()
    around = "op.get_context().autocommit_block()" if commits else ""
    if around and kit.name == "alembic":
        text += alembic_function("upgrade", up, around)
    text += downgrade(kit, down, around)
    path.write_text(text + _NO_TRANSACTION[kit.name] * commits)


def migrated(kit: Kit, root: Path, database: Database) -> Project:
    """A project whose ``a1`` is applied."""
    project = kit.project(root, database)
    assert boot(root).code == 0
    return project


def boot(root: Path, *command: str, **env: str) -> Result:
    """``bootctl migrate``, or another command, which accepts what only these migrations make."""
    return bootctl(*(command or ("migrate",)), cwd=root, env={**IGNORE, **env})


def stop_half_way(kit: Kit, project: Project, how: str = "fails") -> None:
    """Three statements of ``UP`` are committed; then the migration fails or is killed."""
    if how == "fails":
        write(kit, project, FAILING)
        failed = boot(project.root)
        assert failed.code == 14, failed.stderr
        assert f"`bootctl resolve --back {kit.revision('a2')}`" in failed.verdict["hint"]
    else:
        project.migration("a2", "a1", *map(Sql, UP[:3]), KILL)
        assert boot(project.root, KILL="1").code == -signal.SIGKILL


def dirty(kit: Kit, root: Path) -> dict[str, Any]:
    """The verdict of a boot that finds ``a2`` half applied."""
    refused = boot(root)
    assert refused.code == 17, refused.stderr
    assert not refused.events("migrate.applying")
    verdict = refused.verdict
    assert (verdict["revision"], verdict["file"]) == (kit.revision("a2"), kit.file("a2"))
    return verdict


def follow(database: Database, statements: Sequence[str]) -> None:
    """Execute what a verdict says, in its order."""
    assert statements
    for statement in statements:
        database.execute(statement)
