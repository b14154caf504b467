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
IN_QUICK_SUITE = {"name": ("database lacks", "models lack", "migrations lack")}

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


def checked(root: Path, *options: str) -> list[dict[str, Any]]:
    """The differences that a check finds."""
    result = run("bootctl", "check", *options, "--format", "json", cwd=root)
    found: list[dict[str, Any]] = json.loads(result.stdout)["differences"]
    assert result.code == (20 if found else 0), result.stderr
    return found


def differing(
    root: Path, database: Database, kit: Kit, name: str, *command: str, matches: bool = True
) -> None:
    """A project of the case ``name``, migrated by ``command``; ``matches``: its models did by then."""
    models, migrations, statement, _ = CASES[name]
    made = kit.project(root, database)
    if migrations:
        made.migration("a2", "a1", Change.ADD_NAME)
    if matches:
        made.models(*migrations)
    migrated = run(*command, cwd=root)
    assert migrated.code == 0, migrated.stdout + migrated.stderr
    made.models(*models)
    if statement:
        database.execute(statement)


@pytest.mark.parametrize("name", CASES)
def test_the_wrong_layer_is_named(tmp_path: Path, database: Database, kit: Kit, name: str) -> None:
    differing(tmp_path, database, kit, name, "bootctl", "migrate")
    found = checked(tmp_path)
    assert [
        (f"{item['kind']} {item['name']}", set(item["layers"]), item["wrong"]) for item in found
    ] == CASES[name][3]


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


def test_what_is_pending_makes_no_models_wrong(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    made = kit.project(tmp_path, sqlite)
    migrated = run("bootctl", "migrate", cwd=tmp_path)
    assert migrated.code == 0, migrated.stderr
    made.migration("a2", "a1", Change.ADD_NAME)
    made.models("name")
    [found] = checked(tmp_path)
    assert found["layers"] == [MODELS_DATABASE]
    assert found["wrong"] == ""


UPGRADE = {
    "alembic": ("alembic", "upgrade", "head"),
    "aerich": ("aerich", "upgrade"),
    "tortoise": ("tortoise", "migrate"),
}


def of_pair(name: str, pair: str) -> list[tuple[str, list[str], str]]:
    """What a check finds that knows of two of the three: nobody can tell which of them is wrong."""
    told = [item for item, layers, _ in CASES[name][3] if pair in layers]
    return [(item, [pair], "") for item in told]


def summary(found: list[dict[str, Any]]) -> list[tuple[str, list[str], str]]:
    """Each difference, its layers, and which is wrong."""
    return [(f"{item['kind']} {item['name']}", item["layers"], item["wrong"]) for item in found]


@pytest.mark.parametrize("name", CASES)
def test_without_a_record_models_and_database_are_compared(
    tmp_path: Path, database: Database, kit: Kit, name: str
) -> None:
    differing(tmp_path, database, kit, name, *UPGRADE[kit.name], matches=False)
    found = checked(tmp_path)
    assert summary(found) == of_pair(name, MODELS_DATABASE)
    for each in found:
        for fix in each["fix"]:
            database.execute(fix)
    assert checked(tmp_path) == []


@pytest.mark.parametrize("name", CASES)
def test_on_scratch_models_and_migrations_are_compared(
    tmp_path: Path, database: Database, kit: Kit, name: str
) -> None:
    models, migrations, *_ = CASES[name]
    differing(tmp_path, database, kit, name, "bootctl", "migrate")
    found = checked(tmp_path, "--scratch")
    # What was done by hand to the live database is not there.
    assert [(layers, wrong) for _, layers, wrong in summary(found)] == [
        ([MODELS_MIGRATIONS], "") for _ in range(models != migrations)
    ]
    assert all(item["name"] == "users.name" and item["fix"] == [] for item in found)


@pytest.mark.parametrize("kind", LONGER)
def test_all_three_differ_and_two_are_known(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    database = fresh_database(kind)
    made = kit.project(tmp_path, database)
    made.migration("a2", "a1", Sql("ALTER TABLE users ADD name VARCHAR(20)", DROP))
    migrated = run(*UPGRADE[kit.name], cwd=tmp_path)
    assert migrated.code == 0, migrated.stdout + migrated.stderr
    made.models("name")
    database.execute(LONGER[kind])
    told = ("changed type users.name", "")
    for options, pair in (((), MODELS_DATABASE), (("--scratch",), MODELS_MIGRATIONS)):
        [(item, layers, wrong)] = summary(checked(tmp_path, *options))
        assert ((item, wrong), layers) == (told, [pair])


def test_without_a_record_it_is_not_known_which_is_wrong(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    kit.project(tmp_path, database)
    migrated = run(*UPGRADE[kit.name], cwd=tmp_path)
    assert migrated.code == 0, migrated.stdout + migrated.stderr
    database.execute(ADD)
    [found] = checked(tmp_path)
    assert (found["layers"], found["wrong"]) == ([MODELS_DATABASE], "")
