"""What somebody changed on the live database by hand is found, and nothing else is reported."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.scenarios import hand_made_changes
from tests.support.scenarios.ten_alembic_migrations import alembic_chain
from tests.support.scenarios.ten_tortoise_migrations import aerich_chain, native_chain

BACKENDS = {
    "alembic": (alembic_chain, hand_made_changes.ALEMBIC_MODELS),
    "aerich": (aerich_chain, hand_made_changes.TORTOISE_MODELS),
    "tortoise": (native_chain, hand_made_changes.TORTOISE_MODELS),
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_change_is_found(tmp_path: Path, database: Database, backend: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    make, models = BACKENDS[backend]
    make(root, database, models).make("create")
    migrated = run("bootctl", "migrate", cwd=root)
    assert migrated.code == 0, migrated.stderr

    hand_made_changes.change(database)
    checked = run("bootctl", "check", "--format", "json", cwd=root)
    assert checked.code == 20, checked.stderr
    differences = json.loads(checked.stdout)["differences"]
    assert sorted(map(summary, differences)) == sorted(hand_made_changes.DIFFERENCES)


def summary(difference: dict[str, str]) -> str:
    """Its kind and its object: an index or a constraint goes by its columns."""
    kind = difference["kind"].replace("constraint", "index")
    name = difference["name"]
    if kind.endswith(("index", "foreign key")):
        name = f"{name.partition('.')[0]} ({difference['detail'].partition(' ->')[0]})"
    return f"{kind} {name}"
