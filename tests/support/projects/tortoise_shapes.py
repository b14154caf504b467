"""Projects of Tortoise ORM in other shapes than the smallest one, and runs of bootctl on them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.processes.spawned import Result
from tests.support.projects.kits import AERICH, TORTOISE, Kit
from tests.support.projects.steps import Change, Step

both = pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)

POST_MODEL = """\
from tortoise import Model, fields


class Post(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "posts"
"""

BLOG_FILES = {
    "aerich": "migrations/blog/1_20260101000000_p1.py",
    "tortoise": "blog/migrations/0001_p1.py",
}
REVISIONS = {
    "aerich": ("models.1_20260101000000_a1.py", "blog.1_20260101000000_p1.py"),
    "tortoise": ("models.0001_a1", "blog.0001_p1"),
}
"""The revisions of two apps, in the order of their application."""


def configuration(kit: Kit, url: object) -> dict[str, Any]:
    """What ``settings.py`` of a kit's project says, to be changed."""
    app = {"models": ["models"], "default_connection": "default"}
    more = {
        "aerich": {"models": ["models", "aerich.models"]},
        "tortoise": {"migrations": "migrations"},
    }
    return {"connections": {"default": url}, "apps": {"models": app | more[kit.name]}}


def configured(kit: Kit, root: Path, database: Database, value: object) -> None:
    """The smallest whole project for a database, with ``value`` as its ``TORTOISE_ORM``."""
    project = kit.project(root, database)
    project.write("settings.py", f"TORTOISE_ORM = {value!r}\n")


def two_apps(kit: Kit, root: Path, *databases: Database, steps: Sequence[Step] = ()) -> None:
    """Users in the first database; posts, of an app called blog, in the last.

    The first migration of blog comes after that of users. It does ``steps`` too.
    """
    names = ["default", "last"][: len(databases)]
    value = configuration(kit, "")
    value["connections"] = dict(zip(names, map(kit.url, databases), strict=True))
    value["apps"]["blog"] = {"models": ["blog.models"], "default_connection": names[-1]}
    if kit is TORTOISE:
        value["apps"]["blog"]["migrations"] = "blog.migrations"
    project = kit.project(root, databases[0])
    path = project.migration("p1", None, Change.CREATE_POSTS, *steps)
    text = path.read_text().replace('"app": "models"', '"app": "blog"')
    path.unlink()
    after = text.replace("dependencies = []", 'dependencies = [("models", "0001_a1")]')
    project.write("settings.py", f"TORTOISE_ORM = {value!r}\n")
    project.write("blog/__init__.py", "")
    project.write("blog/models.py", POST_MODEL)
    project.write("blog/migrations/__init__.py", "")
    project.write(BLOG_FILES[kit.name], after)


def migrates(root: Path, *databases: Database, revisions: Sequence[str]) -> Result:
    """A first migration that applies ``revisions``, after which a second has nothing to do."""
    first = run("bootctl", "migrate", cwd=root)
    assert first.code == 0, first.stderr
    assert first.stdout == ""
    assert [line["revision"] for line in first.events("migrate.applied")] == list(revisions)
    assert first.events("verify.clean")
    before = [database.dump() for database in databases]
    second = run("bootctl", "migrate", cwd=root)
    assert second.code == 0, second.stderr
    assert not second.events("migrate.applying")
    assert second.events("verify.clean")
    assert [database.dump() for database in databases] == before
    return first


def refused(
    root: Path, code: int, *databases: Database, said: Sequence[str], command: str = "migrate"
) -> dict[str, Any]:
    """The verdict of a run that fails with ``code``, ``said`` these words, and changed nothing."""
    before = [database.dump() for database in databases]
    result = run("bootctl", *command.split(), cwd=root)
    assert result.code == code, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    spoken = f"{result.verdict['message']} {result.verdict['hint']}"
    assert [word for word in said if word not in spoken] == [], spoken
    assert [database.dump() for database in databases] == before
    return result.verdict


def status(root: Path) -> dict[str, Any]:
    """What ``status --json`` prints."""
    result = run("bootctl", "status", "--json", cwd=root)
    assert result.code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document
