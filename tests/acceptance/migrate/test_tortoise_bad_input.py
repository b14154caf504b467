"""What users get wrong in Tortoise's configuration: each an error that names the place."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.kits import AERICH, TORTOISE, Kit
from tests.support.projects.tortoise_shapes import (
    both,
    configuration,
    configured,
    migrates,
    refused,
)

NOWHERE = Database("sqlite", "unused/app.db")
PASSWORD = "p@ss:w/rd#9"


def app(**changes: object) -> dict[str, Any]:
    """Another ``apps`` than the usual."""
    return {"apps": {"models": {"models": ["models", "aerich.models"], **changes}}}


def connections(**changes: object) -> dict[str, Any]:
    """Another ``connections`` than the usual."""
    return {"connections": changes}


CONFIGURATIONS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no connections": ({"connections": {}}, ('has no "connections"',)),
    "connections is a list": ({"connections": ["sqlite://app.db"]}, ('has no "connections"',)),
    "no apps": ({"apps": {}}, ('has no "apps"',)),
    "an app that is a list": ({"apps": {"models": ["models"]}}, ("app models", '"models"')),
    "an app without models": ({"apps": {"models": {}}}, ("app models", '"models"')),
    "models that are no list": (app(models="models"), ("app models", '"models"')),
    "an unknown connection": (app(default_connection="gone"), ('"gone"', "only default")),
    "no default": (connections(main="sqlite://app.db"), ('"default"', "only main")),
    "models that are not there": (app(models=["gone", "aerich.models"]), ('"gone"',)),
    "a connection that is a number": (connections(default=5), ('connection "default"', "URL")),
    "a connection that is None": (connections(default=None), ('connection "default"', "URL")),
    "an engine alone": (
        connections(default={"engine": "tortoise.backends.asyncpg"}),
        ('connection "default"', "credentials"),
    ),
    "an engine of another kind": (
        connections(default={"engine": "tortoise.backends.oracle", "credentials": {}}),
        ('connection "default"', "tortoise.backends.oracle", "PostgreSQL"),
    ),
    "an engine that is not there": (
        connections(default={"engine": "gone", "credentials": {"database": "app"}}),
        ('connection "default"', "gone"),
    ),
    "a database in memory": (connections(default="sqlite://:memory:"), ("in memory", "file")),
    "a port that is a word": (
        connections(
            default={
                "engine": "tortoise.backends.asyncpg",
                "credentials": {"host": "127.0.0.1", "port": "http", "database": "app"},
            }
        ),
        ('connection "default"', "port"),
    ),
    "an unencoded password": (
        connections(default=f"postgres://app:{PASSWORD}@127.0.0.1:1/app"),
        ("percent-encode",),
    ),
}


@pytest.mark.parametrize(("changes", "said"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_mistake_in_the_configuration(
    tmp_path: Path, changes: dict[str, Any], said: tuple[str, ...]
) -> None:
    value = configuration(AERICH, "sqlite://app.db") | changes
    configured(AERICH, tmp_path, NOWHERE, value)
    verdict = refused(tmp_path, 3, said=[])
    spoken = f"{verdict['message']} {verdict['hint']}".lower()
    assert [word for word in said if word.lower() not in spoken] == [], spoken
    assert not list(tmp_path.glob("*.db"))


@both
def test_a_password_that_breaks_its_url_is_not_shown(tmp_path: Path, kit: Kit) -> None:
    kit.project(tmp_path, f"postgres://app:{PASSWORD}@127.0.0.1:1/app")
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.verdict["exit_code"] == 3
    assert [part for part in (PASSWORD, "p@ss", "w/rd", "rd#9") if part in result.stderr] == []


def test_aerich_without_its_model(tmp_path: Path) -> None:
    configured(AERICH, tmp_path, NOWHERE, configuration(TORTOISE, "sqlite://app.db"))
    said = ["settings.TORTOISE_ORM", '"aerich.models"', "no app"]
    refused(tmp_path, 3, said=said)


VALUES = {
    "another name": ("ORM = {}\n", "has no TORTOISE_ORM"),
    "a string": ("TORTOISE_ORM = 'sqlite://app.db'\n", "it is str, not a dict"),
    "a function": ("def TORTOISE_ORM():\n    return {}\n", "it is function, not a dict"),
}


@pytest.mark.parametrize(("text", "said"), VALUES.values(), ids=VALUES)
def test_a_value_that_is_no_configuration(tmp_path: Path, text: str, said: str) -> None:
    AERICH.project(tmp_path, NOWHERE).write("settings.py", text)
    refused(tmp_path, 3, said=[said, "settings.TORTOISE_ORM", "tortoise_orm in pyproject.toml"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settings", "does not name a variable"),
        (".TORTOISE_ORM", "does not name a variable"),
        ("settings.", "does not name a variable"),
        ("gone.TORTOISE_ORM", "no module gone"),
        ("settings.deep.ORM", "has no deep.ORM"),
    ],
)
def test_a_name_that_leads_to_nothing(tmp_path: Path, name: str, said: str) -> None:
    project = TORTOISE.project(tmp_path, NOWHERE)
    project.write(".env", f"BOOTCTL__TORTOISE__CONFIG={name}\n")
    refused(tmp_path, 3, said=["tortoise.config", name, said])


def test_two_configurations_that_nothing_names(tmp_path: Path, sqlite: Database) -> None:
    project = TORTOISE.project(tmp_path, sqlite)
    (tmp_path / "pyproject.toml").unlink()
    project.write("src/app/config.py", "TORTOISE_ORM: dict = {}\n")
    said = ["several: app.config.TORTOISE_ORM, settings.TORTOISE_ORM", "BOOTCTL__TORTOISE__CONFIG"]
    refused(tmp_path, 3, said=said)
    env = {"BOOTCTL__TORTOISE__CONFIG": "settings.TORTOISE_ORM"}
    assert bootctl("migrate", cwd=tmp_path, env=env).code == 0


@both
def test_a_configuration_that_raises_in_a_module_of_its_own(tmp_path: Path, kit: Kit) -> None:
    project = kit.project(tmp_path, NOWHERE)
    project.write("settings.py", "import os\n\nfrom deep.url import TORTOISE_ORM\n")
    project.write("deep/url.py", "import os\nURL = os.environ['NO_SUCH_VARIABLE']\n")
    verdict = refused(tmp_path, 3, said=["NO_SUCH_VARIABLE is not set", "deep/url.py:2"])
    assert (verdict["file"], verdict["line"]) == ("deep/url.py", 2)


@both
def test_models_that_raise(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite).write("models.py", "import os\n1 / 0\n")
    verdict = refused(tmp_path, 16, said=["ZeroDivisionError", "models.py:2"])
    assert (verdict["file"], verdict["line"]) == ("models.py", 2)


@pytest.mark.parametrize(
    ("kit", "place", "file"),
    [
        pytest.param(AERICH, "migrations/models", "migrations/models", id="aerich"),
        pytest.param(TORTOISE, "migrations", "migrations", id="tortoise"),
        pytest.param(TORTOISE, "migrations", "migrations.py", id="tortoise-module"),
    ],
)
def test_migrations_that_are_a_file(
    tmp_path: Path, sqlite: Database, kit: Kit, place: str, file: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    (tmp_path / place).rename(tmp_path / "old")
    project.write(file, "")
    project.write(".env", f"BOOTCTL__ORM={kit.name}\n")
    verdict = refused(tmp_path, 16, said=[f"{file} is not a directory"])
    assert verdict["file"] == file


@both
def test_a_project_without_migration_files(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, sqlite)
    (tmp_path / kit.file("a1")).unlink()
    project.write(".env", f"BOOTCTL__ORM={kit.name}\n")
    command = {"aerich": "aerich init-migrations", "tortoise": "tortoise makemigrations"}[kit.name]
    refused(tmp_path, 20, said=["no migration files", "missing table users", f"`{command}`"])
    assert sqlite.tables() == set()


def test_the_command_for_a_project_without_migration_files_is_right(
    tmp_path: Path, sqlite: Database
) -> None:
    project = TORTOISE.project(tmp_path, sqlite)
    (tmp_path / TORTOISE.file("a1")).unlink()
    project.write(".env", "BOOTCTL__ORM=tortoise\n")
    hint = refused(tmp_path, 20, said=[])["hint"]
    [command] = re.findall(r"`(tortoise .*?)`", hint)
    assert run(*command.split(), cwd=tmp_path).code == 0
    migrates(tmp_path, sqlite, revisions=["models.0001_initial"])
