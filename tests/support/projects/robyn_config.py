"""Projects as ``robyn-config create`` makes them, and their first migration."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result, environment

MIGRATIONS = {
    "ddd": "src/app/infrastructure/database/migrations",
    "mvc": "src/app/models/migrations",
}
ORMS = ("sqlalchemy", "tortoise")
FOLDERS = {"sqlalchemy": "versions", "tortoise": "models"}
LEDGERS = {"sqlalchemy": "alembic_version", "tortoise": "aerich"}
TABLES = {"users", "news_letter_subscriptions"}

# The models' strings have no length; MariaDB wants one.
FIRST_MIGRATION = '''\
"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        *identified(),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("is_superuser", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("last_login", sa.DateTime()),
        sa.Column("role", sa.SmallInteger(), nullable=False, server_default="1"),
        sa.Column("auth_provider", sa.String(255), nullable=False, server_default="internal"),
    )
    op.create_index("ix_users_username", "users", ["username"], unique=True)
    op.create_index("ix_users_email", "users", ["email"], unique=True)
    op.create_table(
        "news_letter_subscriptions",
        *identified(),
        sa.Column("email", sa.String(255), nullable=False),
    )
    op.create_index(
        "ix_news_letter_subscriptions_email", "news_letter_subscriptions", ["email"], unique=True
    )


def identified() -> list[sa.Column]:
    now = sa.text("CURRENT_TIMESTAMP")
    return [
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("created_at", sa.DateTime(), nullable=False, server_default=now),
        sa.Column("updated_at", sa.DateTime(), nullable=False, server_default=now),
    ]
'''


@dataclass(frozen=True)
class Made:
    """A project that ``robyn-config`` made."""

    root: Path
    orm: str
    design: str

    @property
    def migrations(self) -> Path:
        """Where its migration files are."""
        return self.root / MIGRATIONS[self.design] / FOLDERS[self.orm]

    @property
    def tables(self) -> set[str]:
        """What a migrated database has."""
        return {*TABLES, LEDGERS[self.orm]}

    def copy(self, root: Path) -> "Made":
        """A test's own copy, as a clone of its repository would be."""
        left_out = shutil.ignore_patterns(".venv", ".uv-cache", "__pycache__")
        shutil.copytree(self.root, root, ignore=left_out)
        return replace(self, root=root)

    def files(self) -> dict[str, bytes]:
        """What it is made of, less what running it makes."""
        kept = (path for path in self.root.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in kept
            if not {"__pycache__", "logs"} & set(path.relative_to(self.root).parts)
        }

    def commit_first_migration(self, variables: Mapping[str, str]) -> str:
        """Make the migration of both tables, and return its revision."""
        if self.orm == "sqlalchemy":
            (self.migrations / "0001_first.py").write_text(FIRST_MIGRATION)
            return "0001"
        made = self.shell("PYTHONPATH=src aerich init-migrations", variables)
        assert made.code == 0, made.stdout + made.stderr
        [path] = self.migrations.iterdir()
        return path.name

    def shell(self, command: str, variables: Mapping[str, str]) -> Result:
        """Run ``command`` as a user in the project's folder would."""
        return _run("sh", "-c", command, cwd=self.root, env=with_programs(variables))


def with_programs(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, in which the programs beside this interpreter are found first."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return environment({**(extra or {}), "PATH": path})


def create(orm: str, design: str, root: Path, *options: str) -> Made:
    """Have ``robyn-config`` make a project at ``root``."""
    command = ("robyn-config", "create", "shop", str(root), "--orm", orm, "--design", design)
    made = _run(*command, *options, cwd=root.parent, env=with_programs())
    assert made.code == 0, made.stdout + made.stderr
    return Made(root, orm, design)


def _run(*command: str, cwd: Path, env: Mapping[str, str]) -> Result:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def settings(database: Database) -> dict[str, str]:
    """The project's own variables for ``database``."""
    if database.kind == "sqlite":
        return {"SETTINGS__DATABASE__NAME": re.sub(r"\.db$", "", database.name)}
    drivers = {"postgresql": "postgresql+asyncpg", "mariadb": "mysql+aiomysql"}
    return {
        "SETTINGS__DATABASE__DRIVER": drivers[database.kind],
        "SETTINGS__DATABASE__HOST": database.host,
        "SETTINGS__DATABASE__PORT": str(database.port),
        "SETTINGS__DATABASE__USER": database.user,
        "SETTINGS__DATABASE__PASSWORD": "",
        "SETTINGS__DATABASE__NAME": database.name,
    }
