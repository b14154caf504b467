"""What is in ``.env``: it reaches the project's code as it reaches the service, and else is named."""

import os
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, KITS, Kit

PYDANTIC = """\
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict({options})
    blog_db: str
"""
READS_IT = {
    "pydantic": (PYDANTIC.format(options="env_file='.env', extra='ignore'"), "Settings().blog_db"),
    "dotenv": (
        "import os\nfrom dotenv import load_dotenv\nload_dotenv('.env')\n",
        "os.environ['BLOG_DB']",
    ),
}
LACKS_IT = {
    "environ": ("import os\n", "os.environ['BLOG_DB']"),
    "getenv": ("import os\n", "os.getenv('BLOG_DB')"),
    "pydantic": (PYDANTIC.format(options=""), "Settings().blog_db"),
    "prefixed": (
        PYDANTIC.format(options="env_prefix='BLOG_'").replace("blog_db", "db"),
        "Settings().db",
    ),
}
each_orm = pytest.mark.parametrize("kit", [*KITS, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
SERVER = ("python3", "-c", "import os; print(os.environ.get('BLOG_DB'))")


def project(root: Path, database: Database, kit: Kit, code: tuple[str, str]) -> None:
    """A project whose URL is in ``.env``, and which gets it by ``code``."""
    top, connection = code
    made = kit.project(root, "sqlite://elsewhere.db")
    made.write(".env", f"BLOG_DB={kit.url(database)}\n")
    if kit in (ALEMBIC, ASYNC_ALEMBIC):
        made.configure(top=f"{top}config.set_main_option('sqlalchemy.url', {connection})\n")
    else:
        made.configure(top=top, connection=connection)


@pytest.mark.slow
@each_orm
@pytest.mark.parametrize("how", READS_IT)
def test_code_that_reads_it_has_it(tmp_path: Path, sqlite: Database, kit: Kit, how: str) -> None:
    project(tmp_path, sqlite, kit, READS_IT[how])
    result = bootctl("run", "--", *SERVER, cwd=tmp_path)
    assert (result.code, result.stdout) == (0, "None\n"), result.stderr
    assert "users" in sqlite.tables()


@each_orm
@pytest.mark.parametrize(
    "how", [*LACKS_IT][:1] + [pytest.param(how, marks=pytest.mark.slow) for how in [*LACKS_IT][1:]]
)
def test_code_that_does_not_is_told_of_it(
    tmp_path: Path, sqlite: Database, kit: Kit, how: str
) -> None:
    project(tmp_path, sqlite, kit, LACKS_IT[how])
    result = bootctl("run", "--", *SERVER, cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert "BLOG_DB is in .env" in result.verdict["message"]
    assert "set -a; . ./.env; set +a" in result.verdict["hint"]
    exported = bootctl("run", "--", *SERVER, cwd=tmp_path, env={"BLOG_DB": kit.url(sqlite)})
    assert (exported.code, exported.stdout) == (0, f"{kit.url(sqlite)}\n"), exported.stderr


@each_orm
def test_a_url_that_is_made_of_variables_that_are_not_set(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    scheme = {"aerich": "asyncpg", "tortoise": "asyncpg"}.get(kit.name, "postgresql+asyncpg")
    parts = "{os.getenv('DB_USER')}@{os.getenv('DB_HOST')}/{os.getenv('DB_NAME')}"
    url = f'f"{scheme}://{parts}"'
    project(tmp_path, sqlite, kit, ("import os\n", url))
    result = bootctl("run", "--", *SERVER, cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert "has None in it: a variable that the code reads is not set" in result.verdict["message"]
    (tmp_path / ".env").write_text("DB_USER=app\nDB_HOST=db\nDB_NAME=app\nOTHER=x\n")
    verdict = bootctl("run", "--", *SERVER, cwd=tmp_path).verdict
    assert verdict["message"].startswith("the environment variable DB_USER is not set; ")
    assert "DB_USER, DB_HOST, DB_NAME are in .env" in verdict["message"]


def test_nothing_of_it_is_put_into_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BLOG_DB=sqlite:///blog.db\n")
    result = bootctl("run", "--", *SERVER, cwd=tmp_path, env={"BOOTCTL__ORM": "none"})
    assert (result.code, result.stdout) == (0, "None\n"), result.stderr
    assert "BLOG_DB" not in os.environ
