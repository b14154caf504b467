"""Random changes of all that a verdict depends on: a boot that may believe a receipt ends as a full one.

The walk is the same in every run, by its seed; RECEIPT_SEED=N takes another, and RECEIPT_CHANGES=N
makes as many changes. A failure says what had happened last.
"""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import SYNC_ENV, AlembicProject, users_project

pytestmark = pytest.mark.slow
IN_LONG_SUITE = ("sqlite",)

CHANGES = int(os.environ.get("RECEIPT_CHANGES", "60"))
SEED = int(os.environ.get("RECEIPT_SEED", "1"))
LEAST_CACHED = 5
"""Of a hundred boots: where every one is a miss, nothing is tried."""
TOP = """\
import os
config.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"])
"""
MODELS = """\
import json
import os

import helper

with open("sizes.json") as sizes:
    SIZE = json.load(sizes)
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(SIZE), nullable=False),
    sa.Column("name", sa.String(helper.SIZE)),
)
if os.environ.get("READ") == "1":
    users.append_column(sa.Column("read", sa.Integer))
if os.path.exists("flag"):
    users.append_column(sa.Column("flag", sa.Integer))
"""
CREATE = """\
op.create_table(
    "users",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(1), nullable=False),
    sa.Column("name", sa.String(1)),
)
"""
KEEP = """
INSERT INTO bootctl_ledger (scope, revision, parents, file, checksum, duration_ms, code_version,
    bootctl_version, applied_at)
SELECT 'bootctl_kept', revision, parents, file, checksum, duration_ms, code_version,
    bootctl_version, applied_at FROM bootctl_ledger WHERE scope = 'alembic_version'
"""
"""A copy of what a walk may edit."""
IN_DATABASE = (
    "ALTER TABLE users ADD COLUMN flag INTEGER",
    "ALTER TABLE users DROP COLUMN flag",
    "ALTER TABLE users ADD COLUMN read INTEGER",
    "ALTER TABLE users DROP COLUMN read",
    "CREATE INDEX by_name ON users (name)",
    "DROP INDEX by_name",
    "CREATE VIEW names AS SELECT name FROM users",
    "DROP VIEW names",
    "INSERT INTO users (id, email) SELECT coalesce(max(id), 0) + 1, 'x' FROM users",
    "UPDATE bootctl_ledger SET checksum = 'edited' WHERE scope = 'alembic_version'",
    "UPDATE bootctl_ledger SET checksum = 'edited' WHERE scope = 'receipt:' AND revision = '0'",
    "UPDATE bootctl_ledger SET file = '2099-01-01T00:00:00.000Z' WHERE scope = 'receipt:'",
    "UPDATE bootctl_ledger SET revision = 'copied' WHERE scope = 'receipt:' AND revision = '1'",
    "DELETE FROM bootctl_ledger WHERE scope = 'receipt:'",
)


@dataclass
class Walk:
    """The service, and what was done to it."""

    project: AlembicProject
    database: Database
    choice: random.Random
    variables: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        """Write a file, often with the time that it had."""
        path = self.project.root / name
        before = path.stat() if path.exists() else None
        path.write_text(text)
        if before is not None and self.choice.random() < 0.5:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def begin(self) -> None:
        """Write all files as they are at first."""
        self.variables.clear()
        for name in ("flag", ".env", "colorsys.py", "unread.txt"):
            (self.project.root / name).unlink(missing_ok=True)
        self.project.models(MODELS)
        self.project.migration("a1", None, CREATE)
        self.write("helper.py", "SIZE = 1\n")
        self.write("sizes.json", "1\n")

    def run(self, **variables: str) -> Result:
        """``bootctl run``, which becomes a program that does nothing."""
        env = {"DATABASE_URL": self.database.sync_url, **self.variables, **variables}
        return bootctl("run", "--", "true", cwd=self.project.root, env=env)


def _file(walk: Walk) -> str:
    size = walk.choice.choice("112")
    name, text = walk.choice.choice(
        [("helper.py", f"SIZE = {size}\n"), ("sizes.json", f"{size}\n"), ("unread.txt", size)]
    )
    walk.write(name, text)
    return f"{name}: {size}"


def _model(walk: Walk) -> str:
    text = walk.choice.choice(
        ["", "# a comment\n", 'users.append_column(sa.Column("x", sa.Text))\n']
    )
    walk.write("models.py", f"import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n{MODELS}{text}")
    return f"models.py: {text!r}"


def _presence(walk: Walk) -> str:
    name = walk.choice.choice(["flag", ".env", "colorsys.py"])
    path = walk.project.root / name
    if path.exists():
        path.unlink()
        return f"{name} goes"
    path.write_text("")
    return f"{name} comes"


def _variable(walk: Walk) -> str:
    name, value = walk.choice.choice([("READ", "1"), ("READ", "2"), ("OTHER", "1"), ("OTHER", "2")])
    if walk.variables.pop(name, None) is None:
        walk.variables[name] = value
    return f"{name}={walk.variables.get(name)}"


def _database(walk: Walk) -> str:
    statement = walk.choice.choice(IN_DATABASE)
    with suppress(Exception):  # there is nothing to drop, or it is there already
        walk.database.execute(statement)
    return statement


def _migration(walk: Walk) -> str:
    text = walk.choice.choice(["", "# edited\n"])
    path = walk.project.root / "migrations/versions/a1.py"
    walk.write("migrations/versions/a1.py", path.read_text().removesuffix("# edited\n") + text)
    return f"a1.py: {text!r}"


def _undone(walk: Walk) -> str:
    """All is as it was at first, but for the times of files, and maybe the receipts."""
    walk.begin()
    for statement in IN_DATABASE[1:8:2]:
        with suppress(Exception):  # it is not there
            walk.database.execute(statement)
    walk.database.execute(
        "UPDATE bootctl_ledger SET checksum = (SELECT max(checksum) FROM bootctl_ledger AS l "
        "WHERE l.scope = 'bootctl_kept') WHERE scope = 'alembic_version'"
    )
    return "all is undone"


WAYS: tuple[Callable[[Walk], str], ...] = (
    *(_file, _model, _presence, _variable, _database, _database, _migration),
    *(_undone, _undone, _undone),
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_happens_a_receipt_changes_no_verdict(
    kind: str, tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    database = fresh_database(kind)
    project = users_project(tmp_path / "project", database.sync_url)
    project.env(SYNC_ENV, top=TOP)
    walk = Walk(project, database, random.Random(SEED))
    walk.begin()
    assert walk.run().code == 0
    database.execute(KEEP)
    cached = 0
    for _ in range(CHANGES):
        walk.done.append(walk.choice.choice(WAYS)(walk))
        told = walk.run()
        if told.events("verify.cached"):  # any other boot was a full one
            cached += 1
            full = walk.run(BOOTCTL__VERIFY__MODE="full")
            assert full.code == 0, (walk.done[-10:], told.stderr, full.stderr)
    assert cached >= CHANGES * LEAST_CACHED // 100, walk.done
