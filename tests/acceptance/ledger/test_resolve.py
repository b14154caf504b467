"""``bootctl resolve``: the ways out that a verdict names, taken by name."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.ledger import key, recorded
from tests.support.processes.forked import bootctl, run
from tests.support.processes.spawned import Result
from tests.support.processes.terminals import session
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change
from tests.support.scenarios.half_applied import (
    DOWN,
    IGNORE,
    UP,
    boot,
    dirty,
    migrated,
    stop_half_way,
    write,
)


def resolved(root: Path, *words: str, code: int = 0) -> Result:
    """How ``bootctl resolve --yes`` ends."""
    result = bootctl("resolve", *words, "--yes", cwd=root, env=IGNORE)
    assert result.code == code, result.stderr + result.stdout
    return result


def notes(database: Database) -> list[dict[str, Any]]:
    """What the ledger has of what was resolved."""
    rows = database.execute(
        "SELECT statements FROM bootctl_ledger WHERE scope LIKE 'resolved:%' ORDER BY revision"
    )
    return [json.loads(row[0]) for row in rows]


def half_way(kit: Kit, root: Path, database: Database, *down: str) -> None:
    """A migration of ``UP`` that has stopped after its third statement."""
    project = migrated(kit, root, database)
    stop_half_way(kit, project)
    write(kit, project, UP, down or DOWN)


def is_at_head(kit: Kit, root: Path, database: Database) -> None:
    """A boot ends well, and all of ``UP`` is there once."""
    result = boot(root)
    assert result.code == 0, result.stderr
    assert recorded(database, kit)[-1] == key(kit, "a2")
    assert database.execute("SELECT id FROM t1") == [(1,)]
    assert database.execute("SELECT id, b FROM t2") == [(1, "a  b")]


@pytest.mark.parametrize("way", ["forward", "back"])
def test_half_way(tmp_path: Path, mariadb: Database, kit: Kit, way: str) -> None:
    half_way(kit, tmp_path, mariadb)
    revision = kit.revision("a2")
    assert f"`bootctl resolve --{way} {revision}`" in dirty(kit, tmp_path)["hint"]
    done = resolved(tmp_path, f"--{way}", revision)
    [event] = done.events("resolve.done")
    assert (event["way"], event["revision"]) == (way, revision)
    [note] = notes(mariadb)
    assert (note["resolved"], note["revision"], "@" in note["by"]) == (way, revision, True)
    again = resolved(tmp_path, f"--{way}", revision)
    assert again.events("resolve.unneeded")
    if way == "back":
        assert mariadb.tables() == {"users", kit.ledger}
    else:
        assert not boot(tmp_path).events("migrate.applying")
    is_at_head(kit, tmp_path, mariadb)
