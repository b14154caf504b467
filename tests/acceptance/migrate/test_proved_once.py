"""What was compared before the commit is compared again after it where anything has changed, and only there."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.alembic import AlembicProject, users_project

DATABASES = ["postgresql", "sqlite"]
HOOK = """
def seen(*_):
    with open("compared", "a") as file:
        file.write("x")
"""
MEANWHILE = """
import {module} as driver

other = driver.connect({address!r})
try:
    other.cursor().execute("ALTER TABLE users ADD COLUMN made_meanwhile INT")
    other.commit()
except driver.Error:  # before it is migrated, there is no such table
    pass
other.close()
"""


def project(root: Path, database: Database) -> AlembicProject:
    """One that notes each comparison."""
    made = users_project(root, database.sync_url)
    made.env(top=HOOK, options="process_revision_directives=seen")
    return made


def database_of(kind: str, request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(kind)
    return found


@pytest.mark.parametrize("kind", DATABASES)
def test_a_database_that_is_still_the_same_is_compared_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    project(tmp_path, database_of(kind, request))
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert "verify.clean" in result.stderr
    assert (tmp_path / "compared").read_text() == "x"


@pytest.mark.parametrize("kind", DATABASES)
def test_what_another_session_changes_after_the_commit_is_found(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database = database_of(kind, request)
    made = project(tmp_path, database)
    own = {"postgresql": "psycopg2", "sqlite": "sqlite3"}[kind]
    url = database.sync_url.replace("+psycopg2", "")
    address = database.name if kind == "sqlite" else url
    env = made.root / "migrations/env.py"
    env.write_text(env.read_text() + MEANWHILE.format(module=own, address=address))
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "users.made_meanwhile" in result.stderr
    assert (tmp_path / "compared").read_text() == "xx"
