"""Of the models, the migrations and the database, the verdict names those that are wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Sql

pytestmark = pytest.mark.exhaustive

MODELS_DATABASE, MIGRATIONS_DATABASE = "models != database", "migrations != database"
MODELS_MIGRATIONS = "models != migrations"
ADD = "ALTER TABLE users ADD name VARCHAR(50)"
DROP = "ALTER TABLE users DROP COLUMN name"

Case = tuple[tuple[str, ...], tuple[str, ...], str, list[tuple[str, set[str], str]]]

CASES: dict[str, Case] = {
    # The models have these columns, the migrations make these, and this is done by hand.
    "nothing": (("name",), ("name",), "", []),
    "database lacks": (
        ("name",),
        ("name",),
        DROP,
        [("missing column users.name", {MODELS_DATABASE, MIGRATIONS_DATABASE}, "database")],
    ),
    "database has more": (
        (),
        (),
        ADD,
        [("unexpected column users.name", {MODELS_DATABASE, MIGRATIONS_DATABASE}, "database")],
    ),
    "models have more": (
        ("name",),
        (),
        "",
        [("missing column users.name", {MODELS_DATABASE, MODELS_MIGRATIONS}, "models")],
    ),
    "models lack": (
        (),
        ("name",),
        "",
        [("unexpected column users.name", {MODELS_DATABASE, MODELS_MIGRATIONS}, "models")],
    ),
    "migrations lack": (
        ("name",),
        (),
        ADD,
        [("unexpected column users.name", {MIGRATIONS_DATABASE, MODELS_MIGRATIONS}, "migrations")],
    ),
    "migrations have more": (
        (),
        ("name",),
        DROP,
        [("missing column users.name", {MIGRATIONS_DATABASE, MODELS_MIGRATIONS}, "migrations")],
    ),
    "only migrations speak of it": (
        (),
        (),
        "CREATE VIEW addresses AS SELECT email FROM users",
        [("unexpected view addresses", {MIGRATIONS_DATABASE}, "database")],
    ),
}
LONGER = {
    "postgresql": "ALTER TABLE users ALTER name TYPE VARCHAR(90)",
    "mariadb": "ALTER TABLE users MODIFY name VARCHAR(90)",
}


def checked(root: Path) -> list[dict[str, Any]]:
    """The differences that a check finds."""
    result = run("bootctl", "check", "--format", "json", cwd=root)
    found: list[dict[str, Any]] = json.loads(result.stdout)["differences"]
    assert result.code == (20 if found else 0), result.stderr
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_wrong_layer_is_named(tmp_path: Path, database: Database, kit: Kit, name: str) -> None:
    models, migrations, statement, told = CASES[name]
    made = kit.project(tmp_path, database)
    if migrations:
        made.migration("a2", "a1", Change.ADD_NAME)
    made.models(*migrations)
    migrated = run("bootctl", "migrate", cwd=tmp_path)
    assert migrated.code == 0, migrated.stderr
    made.models(*models)
    if statement:
        database.execute(statement)
    found = checked(tmp_path)
    assert [
        (f"{item['kind']} {item['name']}", set(item["layers"]), item["wrong"]) for item in found
    ] == told


@pytest.mark.parametrize("kind", LONGER)
def test_all_three_differ(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    database = fresh_database(kind)
    made = kit.project(tmp_path, database)
    made.migration("a2", "a1", Sql("ALTER TABLE users ADD name VARCHAR(20)", DROP))
    env = {"BOOTCTL__VERIFY__ON_DRIFT": "warn"}
    made.models("name")
    migrated = run("bootctl", "migrate", cwd=tmp_path, env=env)
    assert migrated.code == 0, migrated.stderr
    database.execute(LONGER[kind])
    [found] = checked(tmp_path)
    assert found["name"] == "users.name"
    assert set(found["layers"]) == {MODELS_DATABASE, MIGRATIONS_DATABASE, MODELS_MIGRATIONS}
    assert found["wrong"] == ""


UPGRADE = {
    "alembic": ("alembic", "upgrade", "head"),
    "aerich": ("aerich", "upgrade"),
    "tortoise": ("tortoise", "migrate"),
}


def test_without_a_record_it_is_not_known_which_is_wrong(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    kit.project(tmp_path, database)
    migrated = run(*UPGRADE[kit.name], cwd=tmp_path)
    assert migrated.code == 0, migrated.stdout + migrated.stderr
    database.execute(ADD)
    [found] = checked(tmp_path)
    assert (found["layers"], found["wrong"]) == ([MODELS_DATABASE], "")
