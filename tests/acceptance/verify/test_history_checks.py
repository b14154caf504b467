"""What every form of ``check`` finds in the project's files, without reading a database."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit, Project
from tests.support.projects.steps import Change

pytestmark = pytest.mark.exhaustive

UNIMPORTED = {
    "alembic": (
        "models/audit.py",
        "import sqlalchemy as sa\n\nfrom models import Base\n\n\n"
        'class Audit(Base):\n    __tablename__ = "audit"\n    id = sa.Column(sa.Integer, primary_key=True)\n',
        6,
    ),
    "tortoise": (
        "models/audit.py",
        "from tortoise import Model, fields\n\n\nclass Audit(Model):\n    name = fields.TextField()\n",
        4,
    ),
}
BASE = """
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = metadata
"""


def in_a_package(project: Project, more: str = "") -> None:
    """Move the models of a project into a package."""
    text = (project.root / "models.py").read_text()
    (project.root / "models.py").unlink()
    project.write("models/__init__.py", text + more)


def with_unimported_model(root: Path, kit: Kit, database: Database) -> tuple[str, int]:
    in_a_package(kit.project(root, database), BASE if kit.name == "alembic" else "")
    name, text, line = UNIMPORTED["alembic" if kit.name == "alembic" else "tortoise"]
    (root / name).write_text(text)
    return name, line


@pytest.mark.parametrize("form", ["--live", "--scratch"])
def test_a_model_that_nothing_imports_is_a_warning(
    tmp_path: Path, sqlite: Database, kit: Kit, form: str
) -> None:
    file, line = with_unimported_model(tmp_path, kit, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    result = bootctl("check", form, "--format", "json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [event] = result.events("verify.unimported")
    assert (event["kind"], event["object"]) == ("unimported model", "Audit")
    assert (event["file"], event["line"]) == (file, line)
    assert f"Audit ({file}:{line})" in " ".join(json.loads(result.stdout)["not_compared"])


def test_models_that_are_imported_are_no_warning(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    with_unimported_model(tmp_path, kit, sqlite)
    (tmp_path / "models/audit.py").unlink()
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert not bootctl("check", "--live", cwd=tmp_path).events("verify.unimported")


@pytest.mark.parametrize("form", ["--live", "--scratch", "--models"])
def test_models_without_any_migration(
    tmp_path: Path, sqlite: Database, kit: Kit, form: str
) -> None:
    kit.project(tmp_path, sqlite)
    (tmp_path / kit.file("a1")).unlink()
    if kit.name == "alembic":
        (tmp_path / "models.py").write_text(
            (tmp_path / "models.py").read_text()
            + BASE
            + UNIMPORTED["alembic"][1].partition("\n\n\n")[2]
        )
    result = bootctl("check", form, cwd=tmp_path, env={"BOOTCTL__ORM": kit.name})
    assert result.code == 20, result.stderr
    assert "no migration" in result.verdict["message"] + result.verdict["hint"] or (
        form == "--models" and "missing table" in result.verdict["message"]
    )


@pytest.mark.parametrize("kit", [ALEMBIC, TORTOISE], ids=["alembic", "tortoise"])
@pytest.mark.parametrize("form", ["--live", "--scratch", "--models"])
def test_two_heads_are_told_with_their_files(
    tmp_path: Path, sqlite: Database, kit: Kit, form: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("b2", "a1", Change.ADD_NAME)
    project.migration("c3", "a1", Change.CREATE_POSTS)
    result = bootctl("check", form, cwd=tmp_path)
    assert result.code == 16, result.stderr
    assert result.verdict["files"] == [kit.file("b2"), kit.file("c3")]
    for name in ("b2", "c3"):
        assert kit.file(name) in result.verdict["message"]


def test_two_files_of_aerich_with_one_number(tmp_path: Path, sqlite: Database) -> None:
    project = AERICH.project(tmp_path, sqlite)
    copy = Path(AERICH.file("a1")).with_name("1_20260202000000_other.py")
    (tmp_path / copy).write_text((tmp_path / AERICH.file("a1")).read_text())
    assert project.root == tmp_path
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 16, result.stderr
    assert copy.name in result.verdict["message"]


def test_a_migration_that_follows_no_file(tmp_path: Path, sqlite: Database) -> None:
    project = ALEMBIC.project(tmp_path, sqlite)
    project.migration("b2", "lost", Change.ADD_NAME)
    result = bootctl("check", "--scratch", cwd=tmp_path)
    assert result.code == 16, result.stderr
    assert "b2.py follows revision lost" in result.verdict["message"]
