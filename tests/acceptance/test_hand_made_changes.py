"""What somebody changed on the live database by hand is found, and nothing else is reported."""

import json
from pathlib import Path

import pytest

from tests.support import hand_made
from tests.support.chain_alembic import alembic_chain
from tests.support.chain_tortoise import aerich_chain, native_chain
from tests.support.databases import Database
from tests.support.forked import run

BACKENDS = {
    "alembic": (alembic_chain, hand_made.ALEMBIC_MODELS),
    "aerich": (aerich_chain, hand_made.TORTOISE_MODELS),
    "tortoise": (native_chain, hand_made.TORTOISE_MODELS),
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_change_is_found(tmp_path: Path, database: Database, backend: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    make, models = BACKENDS[backend]
    make(root, database, models).make("create")
    migrated = run("bootctl", "migrate", cwd=root)
    assert migrated.code == 0, migrated.stderr

    hand_made.change(database)
    checked = run("bootctl", "check", "--format", "json", cwd=root)
    assert checked.code == 20, checked.stderr
    differences = json.loads(checked.stdout)["differences"]
    assert sorted(map(summary, differences)) == sorted(hand_made.DIFFERENCES)


def summary(difference: dict[str, str]) -> str:
    """Its kind and its object: an index or a constraint goes by its columns."""
    kind = difference["kind"].replace("constraint", "index")
    name = difference["name"]
    if kind.endswith(("index", "foreign key")):
        name = f"{name.partition('.')[0]} ({difference['detail'].partition(' ->')[0]})"
    return f"{kind} {name}"
