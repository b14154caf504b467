"""A difference names a line of the project: of the model, or of the migration, that says what is expected."""

import json
import re
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import users_project
from tests.support.projects.kits import TORTOISE, Kit
from tests.support.projects.steps import Sql

UNVERIFIED = {"BOOTCTL__VERIFY__MODE": "off"}

CLASSES = """
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=metadata)


class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    email = sa.Column(sa.String(100), nullable=False)
    mail = sa.Column("nickname", sa.String(20))
"""


def places(root: Path, *options: str) -> dict[str, tuple[str, str]]:
    """The file of each difference, and the text of its line."""
    result = bootctl("check", "--format", "json", *options, cwd=root)
    assert result.code == 20, result.stderr
    found = {}
    for item in json.loads(result.stdout)["differences"]:
        file, _, line = item["place"].rpartition(":")
        text = (root / file).read_text().splitlines()[int(line) - 1] if file else ""
        found[f"{item['kind']} {item['name']}"] = file, text.strip()
    return found


def test_what_models_and_migrations_say(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Sql("CREATE TABLE of_a_migration (id integer)"))
    assert bootctl("migrate", cwd=tmp_path, env=UNVERIFIED).code == 0
    sqlite.execute("ALTER TABLE users RENAME COLUMN email TO mail")
    sqlite.execute("CREATE TABLE of_a_dba (id integer)")
    found = places(tmp_path)
    assert found["unexpected table of_a_dba"] == ("", "")
    file, text = found["unexpected table of_a_migration"]
    assert file == kit.file("a2")
    assert "of_a_migration" in text
    file, text = found["missing column users.email"]
    assert file == "models.py"
    assert "email" in text
    file, text = found["unexpected column users.mail"]
    assert file == "models.py"
    assert re.match("class User|users = ", text)


def test_models_without_a_migration(tmp_path: Path, sqlite: Database) -> None:
    TORTOISE.project(tmp_path, sqlite).models("nickname")
    [(file, text)] = places(tmp_path, "--models").values()
    assert file == "models.py"
    assert text.startswith("nickname =")


def test_a_mapped_class(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.models(CLASSES)
    assert bootctl("migrate", cwd=tmp_path, env=UNVERIFIED).code == 0
    [(file, text)] = places(tmp_path).values()
    assert file == "models.py"
    assert text.startswith("mail =")


def test_a_folder_of_virtual_environments_is_not_the_project_s(
    tmp_path: Path, sqlite: Database
) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.write("lib/site-packages/models.py", (tmp_path / "models.py").read_text())
    (tmp_path / "models.py").unlink()
    (tmp_path / "alembic.ini").write_text(
        (tmp_path / "alembic.ini").read_text().replace("path = .", "path = . lib/site-packages")
    )
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("ALTER TABLE users DROP COLUMN email")
    [(file, _)] = places(tmp_path).values()
    assert file == "migrations/versions/a1.py"


def test_an_annotation_points_at_the_line(tmp_path: Path, sqlite: Database) -> None:
    users_project(tmp_path, sqlite.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("ALTER TABLE users DROP COLUMN email")
    result = bootctl("check", "--format", "github", cwd=tmp_path)
    found = re.match(r"::error file=models\.py,line=(\d+),title=schema drift::", result.stdout)
    assert found
    assert '"email"' in (tmp_path / "models.py").read_text().splitlines()[int(found[1]) - 1]
