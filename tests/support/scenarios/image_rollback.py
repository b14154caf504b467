"""A rollback: older code on a database that a newer image has migrated."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import Kit, Project
from tests.support.projects.steps import Step

COMPATIBLE = {"BOOTCTL__MIGRATE__ON_AHEAD": "compatible"}
UNVERIFIED = {"BOOTCTL__VERIFY__MODE": "off"}


def rolled_back(root: Path, database: Database, kit: Kit, *steps: Step) -> Project:
    """The code of users, on a database to which a newer image applied ``steps`` as ``a9``."""
    project = kit.project(root, database)
    roll_back(root, project.migration("a9", "a1", *steps))
    return project


def roll_back(root: Path, newest: Path) -> None:
    """Have a newer image apply the migration ``newest``, and go back to the code without it.

    What the newer image's own models are is not the subject of a test.
    """
    migrated = bootctl("migrate", cwd=root, env=UNVERIFIED)
    assert migrated.code == 0, migrated.stderr
    newest.unlink()


def refused(root: Path, database: Database, env: Mapping[str, str] = COMPATIBLE) -> Result:
    """Older code does not start, and the database is as it was."""
    before = database.dump()
    result = bootctl("run", "--", "echo", "served", cwd=root, env=env)
    assert result.code == 15, result.stderr
    assert result.stdout == ""
    assert not result.events("verify.compatible")
    assert database.dump() == before
    return result


def started(root: Path, database: Database, **more: str) -> Result:
    """Older code starts, with ``more`` in its environment, and the database is as it was."""
    before = database.dump()
    result = bootctl("run", "--", "echo", "served", cwd=root, env={**COMPATIBLE, **more})
    assert result.code == 0, result.stderr
    assert result.stdout == "served\n"
    assert not result.events("verify.clean")
    assert database.dump() == before
    return result
