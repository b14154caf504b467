"""Where ``alembic check`` finds nothing in the history of a real project, bootctl finds nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.alembic import AlembicProject
from tests.support.scenarios.calm.upstream import UPSTREAM, Installed, install

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment that has them."""
    return install(tmp_path_factory.mktemp("upstream") / "venv")


def assert_as_alembic(installed: Installed, root: Path) -> None:
    """Both find the schema clean, or neither does."""
    alembic = installed.run("alembic", "check", cwd=root)
    ours = installed.run("bootctl", "check", "--format", "json", cwd=root)
    assert ours.code in (0, 20), ours.stderr
    found = [
        f"{item['kind']} {item['name']} ({item['detail']})"
        for item in json.loads(ours.stdout)["differences"]
    ]
    assert bool(alembic.code) == bool(found), "\n".join([*found, alembic.stdout, alembic.stderr])
    assert (ours.code == 20) == bool(found)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("name", UPSTREAM)
def test_a_real_project(
    tmp_path: Path,
    fresh_database: Callable[[str], Database],
    installed: Installed,
    name: str,
    kind: str,
) -> None:
    database = fresh_database(kind)
    upstream = installed.project(name, tmp_path, database)
    installed.create(upstream, tmp_path, database)
    steps = ("upgrade", "heads") if upstream.from_zero else ("stamp", "heads")
    done = installed.run("alembic", *steps, cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert_as_alembic(installed, tmp_path)

    heads = installed.run("alembic", "heads", cwd=tmp_path).stdout.split()[0]
    AlembicProject(tmp_path).migration("own1", heads, "pass", folder="own")
    migrated = installed.run("bootctl", "migrate", cwd=tmp_path)
    assert migrated.code in (0, 20), migrated.stderr
    assert_as_alembic(installed, tmp_path)
