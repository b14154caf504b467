"""What is known to confuse comparisons is clean as it was made, and found when it was changed by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.alembic import AlembicProject, users_project
from tests.support.scenarios.calm import mariadb, postgresql, sqlite
from tests.support.scenarios.calm.feature import HEAD, Feature

FEATURES = {
    f"{kind}-{name}": feature
    for kind, features in (
        ("postgresql", postgresql.FEATURES),
        ("mariadb", mariadb.FEATURES),
        ("sqlite", sqlite.FEATURES),
    )
    for name, feature in features.items()
}
pytestmark = pytest.mark.exhaustive
IN_QUICK_SUITE = {
    "name": ("postgresql-partitions", "postgresql-names", "mariadb-json", "sqlite-batch"),
}
OPTIONS = "compare_type=True, compare_server_default=True"
LATER = 'sa.Table("later", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'


Made = tuple[AlembicProject, Database, Feature]


@pytest.fixture
def made(name: str, tmp_path: Path, fresh_database: Callable[[str], Database]) -> Made:
    """A project that has the feature, its database, and the feature."""
    feature, database = FEATURES[name], fresh_database(name.partition("-")[0])
    project = users_project(tmp_path, database.sync_url)
    options = OPTIONS + (f", {feature.options}" if feature.options else "")
    project.env(options=options)
    project.write("models.py", HEAD + feature.models)
    project.migration("a1", None, feature.migration)
    return project, database, feature


def execute(database: Database, script: str) -> None:
    """Execute every statement of the script."""
    for statement in script.split("; "):
        database.execute(statement)


def differences(root: Path) -> set[str]:
    """Return the names of what `bootctl check` finds."""
    result = bootctl("check", "--format", "json", cwd=root)
    assert result.code in (0, 20), result.stderr
    assert not result.events("verify.not_compared"), result.stderr
    return {item["name"] for item in json.loads(result.stdout)["differences"]}


def assert_clean(root: Path) -> None:
    """Both commands say so."""
    assert differences(root) == set()
    result = bootctl("run", "--", "true", cwd=root)
    assert result.code == 0, result.stderr


def release(project: AlembicProject, feature: Feature) -> None:
    """Write the next release, which has one table more."""
    project.write("models.py", HEAD + feature.models + LATER)
    project.migration(
        "a2", "a1", LATER.replace("sa.Table(", "op.create_table(").replace(", metadata", "")
    )


@pytest.mark.parametrize("name", FEATURES)
def test_migrated_by_bootctl(made: Made, name: str) -> None:
    project, database, feature = made
    migrated = bootctl("migrate", cwd=project.root)
    assert migrated.code == 0, migrated.stderr
    assert_clean(project.root)
    release(project, feature)
    again = bootctl("migrate", cwd=project.root)
    assert again.code == 0, again.stderr
    assert_clean(project.root)
    execute(database, feature.by_hand)
    expected = feature.by_record or feature.found
    assert differences(project.root) == set(expected.split(", "))


@pytest.mark.parametrize("name", FEATURES)
def test_migrated_by_alembic(made: Made, name: str) -> None:
    project, database, feature = made
    migrated = run("alembic", "upgrade", "head", cwd=project.root)
    assert migrated.code == 0, migrated.stderr
    assert_clean(project.root)
    if not feature.recorded:
        execute(database, feature.by_hand)
        assert differences(project.root) == set(feature.found.split(", "))


@pytest.mark.parametrize("name", [name for name, feature in FEATURES.items() if feature.created])
def test_made_by_the_models(made: Made, name: str) -> None:
    project, database, feature = made
    models: dict[str, Any] = {}
    exec(HEAD + feature.models, models)
    engine = create_engine(database.sync_url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in feature.first:
            connection.exec_driver_sql(statement)
        models["metadata"].create_all(connection)
        for statement in feature.last:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    assert run("alembic", "stamp", "head", cwd=project.root).code == 0
    assert_clean(project.root)
