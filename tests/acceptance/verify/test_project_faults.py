"""What is wrong with a project's code is named: the variable, the module, the file and the line."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit

VARIABLE = 'import os\nos.environ["DATABASE_URL"]\n'

PYDANTIC = """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    broker_url: str
    port: int


Settings()
"""


def test_a_variable_that_is_not_set(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite).configure(top=VARIABLE)
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert "DATABASE_URL is not set" in result.verdict["message"]
    assert result.verdict["variable"] == "DATABASE_URL"
    source = (tmp_path / kit.code).read_text().splitlines()
    assert result.verdict["file"] == kit.code
    assert "DATABASE_URL" in source[result.verdict["line"] - 1]


def test_a_variable_that_a_migration_file_reads(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    file = tmp_path / kit.file("a1")
    file.write_text(VARIABLE + file.read_text())
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert f"DATABASE_URL is not set ({kit.file('a1')}:2)" in result.verdict["message"]


def test_settings_that_are_not_valid(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite).configure(top=PYDANTIC)
    result = bootctl("run", "--", "true", cwd=tmp_path, env={"PORT": "hunter2-port"})
    assert result.code == 3, result.stderr
    assert "broker_url (missing), port (int_parsing)" in result.verdict["message"]
    assert "hunter2" not in result.stderr


def test_an_option_that_the_ini_does_not_have(tmp_path: Path, sqlite: Database) -> None:
    project = ALEMBIC.project(tmp_path, sqlite)
    text = (tmp_path / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlalchemy.url = ", "sqlalchemy.url = %(HOME_OF)s"))
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert "%(home_of)s" in result.verdict["message"]


@pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import not_installed", "No module named 'not_installed' (models.py:1)"),
        ("from settings import NOTHING", "cannot import name 'NOTHING'"),
    ],
)
def test_what_a_module_of_models_cannot_import(
    tmp_path: Path, sqlite: Database, kit: Kit, line: str, said: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.write("models.py", f"{line}\n{(tmp_path / 'models.py').read_text()}")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert said in result.verdict["message"]
    assert "not found" not in result.verdict["message"]
    assert (result.verdict["file"], result.verdict["line"]) == ("models.py", 1)


@pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)
def test_models_that_are_not_there(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    (tmp_path / "models.py").unlink()
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert 'Module "models" not found' in result.verdict["message"]


@pytest.mark.parametrize("folder", ["changes", "app/database/history"])
def test_migrations_of_tortoise_in_a_folder_of_another_name(
    tmp_path: Path, sqlite: Database, folder: str
) -> None:
    project = TORTOISE.project(tmp_path, sqlite)
    (tmp_path / TORTOISE.file("a1")).unlink()
    settings = (tmp_path / "settings.py").read_text()
    project.write(
        "settings.py", settings.replace("'migrations'}", f"{folder.replace('/', '.')!r}}}")
    )
    for part in (Path(folder), *Path(folder).parents):
        if part != Path():
            project.write(f"{part}/__init__.py", "")
    assert run("tortoise", "makemigrations", cwd=tmp_path).code == 0
    assert (tmp_path / folder / "0001_initial.py").is_file()
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.events("detect.found")[0]["backend"] == "tortoise"
