"""Projects as ``robyn-config create`` makes them, with SQLAlchemy, and their first migration."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.databases import Database
from tests.support.process import environment

MIGRATIONS = {
    "ddd": "src/app/infrastructure/database/migrations/versions",
    "mvc": "src/app/models/migrations/versions",
}
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


def with_programs(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, in which the programs beside this interpreter are found first."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return environment({**(extra or {}), "PATH": path})


def create(design: str, root: Path) -> Path:
    """Have ``robyn-config`` make a project at ``root``."""
    command = ["robyn-config", "create", "shop", str(root), "--orm", "sqlalchemy"]
    made = subprocess.run(
        [*command, "--design", design],
        env=with_programs(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return root


def copy(made: Path, root: Path) -> Path:
    """A test's own copy of a project, as a clone of its repository would be."""
    left_out = shutil.ignore_patterns(".venv", ".uv-cache", "__pycache__")
    return Path(shutil.copytree(made, root, ignore=left_out))


def commit_first_migration(project: Path, design: str) -> None:
    """Write the migration that makes both tables."""
    (project / MIGRATIONS[design] / "0001_first.py").write_text(FIRST_MIGRATION)


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
