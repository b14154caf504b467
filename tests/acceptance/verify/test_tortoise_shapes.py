"""Every shape of a Tortoise project, whoever applies its migrations: Aerich or Tortoise itself."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.kits import AERICH, TORTOISE, Kit
from tests.support.projects.steps import Sql
from tests.support.projects.tortoise_shapes import (
    BLOG_FILES,
    POST_MODEL,
    REVISIONS,
    both,
    configuration,
    configured,
    migrates,
    refused,
    status,
    two_apps,
)
from tests.support.servers.ports import free_port

Fresh = Callable[[str], Database]
SECTIONS = {"aerich": "[tool.aerich]\n", "tortoise": "[tool.tortoise]\n"}


def one(kit: Kit) -> list[str]:
    """The revisions of the smallest project."""
    return [kit.revision("a1")]


@both
def test_two_apps_on_one_connection(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    two_apps(kit, tmp_path, sqlite)
    migrates(tmp_path, sqlite, revisions=REVISIONS[kit.name])
    assert sqlite.tables() == {"users", "posts", kit.ledger}
    found = status(tmp_path)
    assert found["direction"] == "at-head"
    assert sorted(found["heads"]) == sorted(found["current"]) == sorted(REVISIONS[kit.name])
    assert len(found["databases"]) == 1


@both
def test_the_psycopg_engine(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    url = kit.url(postgresql).replace("postgres:", "psycopg:")
    configured(kit, tmp_path, postgresql, configuration(kit, url))
    migrates(tmp_path, postgresql, revisions=one(kit))
    assert postgresql.tables() == {"users", kit.ledger}


@both
def test_two_databases(tmp_path: Path, fresh_database: Fresh, kit: Kit) -> None:
    first, last = fresh_database("postgresql"), fresh_database("postgresql")
    two_apps(kit, tmp_path, first, last)
    migrates(tmp_path, first, last, revisions=REVISIONS[kit.name])
    assert first.tables() == {"users", kit.ledger}
    assert last.tables() == {"posts"} | ({kit.ledger} if kit is TORTOISE else set())
    found = [(item["direction"], item["applied"]) for item in status(tmp_path)["databases"]]
    assert found == [("at-head", [revision]) for revision in REVISIONS[kit.name]]


@both
@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_a_failure_in_the_last_database_rolls_the_first_back(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    first, last = fresh_database(kind), fresh_database(kind)
    two_apps(kit, tmp_path, first, last, steps=[Sql("INSERT INTO nowhere VALUES (1)")])
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.verdict["exit_code"] == 14
    assert result.verdict["revision"] == REVISIONS[kit.name][1]
    assert result.verdict["file"] == BLOG_FILES[kit.name]
    assert "nowhere" in result.verdict["message"]
    assert result.verdict["stayed"] == []
    assert len(result.events("migrate.applying")) == 2
    assert not result.events("migrate.applied")
    assert first.tables() == last.tables() == set()


@both
def test_drift_in_the_last_database_rolls_the_first_back(
    tmp_path: Path, fresh_database: Fresh, kit: Kit
) -> None:
    first, last = fresh_database("postgresql"), fresh_database("postgresql")
    two_apps(kit, tmp_path, first, last)
    (tmp_path / "blog/models.py").write_text(
        POST_MODEL.replace(
            "\n\n    class Meta", "\n    title = fields.TextField()\n\n    class Meta"
        )
    )
    said = ["missing column posts.title", f"@127.0.0.1:5432/{last.name}", "as it was before"]
    refused(tmp_path, 20, first, last, said=said)


def engine(database: Database) -> dict[str, Any]:
    """The connection to ``database``, as an engine with its credentials."""
    if database.kind == "sqlite":
        return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": database.name}}
    where = {"host": database.host, "port": database.port, "user": database.user}
    name = {"postgresql": "asyncpg", "mariadb": "mysql"}[database.kind]
    credentials = {**where, "database": database.name, "password": ""}
    return {"engine": f"tortoise.backends.{name}", "credentials": credentials}


@both
def test_a_connection_as_engine_and_credentials(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    configured(kit, tmp_path, database, configuration(kit, engine(database)))
    migrates(tmp_path, database, revisions=one(kit))
    assert database.tables() == {"users", kit.ledger}


def located(root: Path, database: Database, location: Path, section: str = "aerich") -> None:
    """A project of Aerich with ``location`` as the place of its migrations."""
    project = AERICH.project(root, database)
    text = f'tortoise_orm = "settings.TORTOISE_ORM"\nlocation = "{location}"\n'
    project.write("pyproject.toml", f"[tool.{section}]\n{text}")


@pytest.mark.parametrize("section", ["aerich", "tortoise"])
def test_a_location_with_the_name_of_the_app(
    tmp_path: Path, sqlite: Database, section: str
) -> None:
    located(tmp_path, sqlite, Path("db/{app}/steps"), section)
    (tmp_path / "db/models").mkdir(parents=True)
    (tmp_path / "migrations/models").rename(tmp_path / "db/models/steps")
    result = migrates(tmp_path, sqlite, revisions=one(AERICH))
    [applying] = result.events("migrate.applying")
    assert applying["file"].startswith("db/models/steps/1_")


def test_a_location_outside_of_the_project(tmp_path: Path, sqlite: Database) -> None:
    root = tmp_path / "project"
    located(root, sqlite, tmp_path / "elsewhere")
    (root / "migrations").rename(tmp_path / "elsewhere")
    migrates(root, sqlite, revisions=one(AERICH))


def test_an_app_of_its_own_for_the_model_of_aerich(tmp_path: Path, sqlite: Database) -> None:
    value = configuration(AERICH, sqlite.tortoise_url)
    value["apps"]["models"]["models"].remove("aerich.models")
    value["apps"]["aerich"] = {"models": ["aerich.models"], "default_connection": "default"}
    configured(AERICH, tmp_path, sqlite, value)
    migrates(tmp_path, sqlite, revisions=one(AERICH))


@both
def test_a_configuration_that_only_the_environment_names(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    (tmp_path / "settings.py").rename(tmp_path / "deployed.py")
    project.write("other.py", "TORTOISE_ORM = {}\n")
    project.write("pyproject.toml", SECTIONS[kit.name])
    result = bootctl("migrate", cwd=tmp_path, env={"TORTOISE_ORM": "deployed.TORTOISE_ORM"})
    assert result.code == 0, result.stderr
    assert sqlite.tables() == {"users", kit.ledger}


@both
@pytest.mark.parametrize("folder", [".", "src"])
def test_a_configuration_that_nothing_names(
    tmp_path: Path, sqlite: Database, kit: Kit, folder: str
) -> None:
    kit.project(tmp_path, sqlite)
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "src").mkdir()
    for name in ("settings.py", "models.py"):
        (tmp_path / name).rename(tmp_path / folder / name)
    migrates(tmp_path, sqlite, revisions=one(kit))


OBJECTS = """
from tortoise.config import TortoiseConfig


class Settings:
    TORTOISE_ORM = TORTOISE_ORM


OBJECT = TortoiseConfig.from_dict(TORTOISE_ORM)
"""


@both
@pytest.mark.parametrize("name", ["Settings.TORTOISE_ORM", "OBJECT"])
def test_a_configuration_that_is_no_variable_or_no_dict(
    tmp_path: Path, sqlite: Database, kit: Kit, name: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    with (tmp_path / "settings.py").open("a") as settings:
        settings.write(OBJECTS)
    section = SECTIONS[kit.name]
    project.write("pyproject.toml", f'{section}tortoise_orm = "settings.{name}"\n')
    migrates(tmp_path, sqlite, revisions=one(kit))


@both
def test_the_files_decide_whose_the_tortoise_section_is(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.write("pyproject.toml", '[tool.tortoise]\ntortoise_orm = "settings.TORTOISE_ORM"\n')
    result = migrates(tmp_path, sqlite, revisions=one(kit))
    [found] = result.events("detect.found")
    assert found["backend"] == kit.name
    assert sqlite.tables() == {"users", kit.ledger}


@both
@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_the_settings_lead_to_another_database(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    unused = Database(kind, f"{tmp_path}/unused", "127.0.0.1", free_port(), "nobody")
    project, database = kit.project(tmp_path, unused), fresh_database(kind)
    project.write(".env", f"BOOTCTL__DATABASE__URL={database.async_url}\n")
    migrates(tmp_path, database, revisions=one(kit))
    assert database.tables() == {"users", kit.ledger}

    redirected = fresh_database(kind)
    redirection = f"BOOTCTL__DATABASE__MIGRATION_URL={redirected.sync_url}\n"
    project.write(".env", f"BOOTCTL__DATABASE__URL={database.async_url}\n{redirection}")
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    assert redirected.tables() == {"users", kit.ledger}
    assert not (tmp_path / "unused").exists()


@both
def test_the_settings_cannot_lead_two_connections_elsewhere(
    tmp_path: Path, fresh_database: Fresh, kit: Kit
) -> None:
    first, last = fresh_database("sqlite"), fresh_database("sqlite")
    two_apps(kit, tmp_path, first, last)
    (tmp_path / ".env").write_text(f"BOOTCTL__DATABASE__URL={first.sync_url}\n")
    refused(tmp_path, 3, first, last, said=["database.url", "several"])


LEGACY_MODEL = """

class Legacy(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "legacy"
        managed = False
"""


def test_a_table_that_is_not_managed(tmp_path: Path, sqlite: Database) -> None:
    AERICH.project(tmp_path, sqlite)
    with (tmp_path / "models.py").open("a") as models:
        models.write(LEGACY_MODEL)
    migrates(tmp_path, sqlite, revisions=one(AERICH))
    sqlite.execute("CREATE TABLE legacy (other TEXT)")
    assert run("bootctl", "check", cwd=tmp_path).code == 0


@both
def test_a_connection_to_another_schema(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    postgresql.execute("CREATE SCHEMA app")
    kit.project(tmp_path, f"{postgresql.tortoise_url}?schema=app")
    migrates(tmp_path, postgresql, revisions=one(kit))
    assert postgresql.tables() == {"app.users", f"app.{kit.ledger}"}


NOISE = """
import logging
import logging.config
import os
import sys

print("from print")
os.write(1, b"from a descriptor\\n")
logging.config.dictConfig({
    "version": 1,
    "handlers": {"own": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["own"], "level": "INFO"},
})
logging.getLogger("service").warning("from the service")
"""


@both
def test_models_that_print_and_configure_logging(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    text = (tmp_path / "models.py").read_text()
    project.write("models.py", NOISE + text)
    shown = run("bootctl", "status", "--json", cwd=tmp_path)
    assert shown.code == 0, shown.stderr
    assert json.loads(shown.stdout)["direction"] == "fresh"
    printed = {line["message"] for line in shown.events("inspect.output")}
    assert {"from print", "from a descriptor", "from the service"} <= printed
    migrates(tmp_path, sqlite, revisions=one(kit))
