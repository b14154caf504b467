"""Of several databases, the verdict says in which one each difference is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import engines_project, users_project
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.support.projects.tortoise_shapes import two_apps

Fresh = Callable[[str], Database]

TENANTS = """\
import sqlalchemy as sa
from alembic import context
from sqlalchemy import create_engine

from models import metadata

for tenant in ("north", "south"):
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        connection.execute(sa.text(f"SET search_path TO {tenant}"))
        connection.commit()
        connection.dialect.default_schema_name = tenant
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
"""


def migrated(root: Path, kit: Kit, first: Database, last: Database) -> None:
    """A project of two databases, at head."""
    if kit is ALEMBIC:
        engines_project(root, first.sync_url, last.sync_url)
    else:
        two_apps(kit, root, first, last)
    result = bootctl("migrate", cwd=root)
    assert result.code == 0, result.stderr


def differences(root: Path) -> list[dict[str, Any]]:
    """What a check finds."""
    found: list[dict[str, Any]] = json.loads(bootctl("check", "--format", "json", cwd=root).stdout)[
        "differences"
    ]
    return found


def test_each_difference_names_its_database(
    tmp_path: Path, fresh_database: Fresh, kit: Kit
) -> None:
    first, last = fresh_database("sqlite"), fresh_database("sqlite")
    migrated(tmp_path, kit, first, last)
    assert differences(tmp_path) == []
    table = "events" if kit is ALEMBIC else "posts"
    first.execute("ALTER TABLE users ADD extra INTEGER")
    last.execute(f"ALTER TABLE {table} ADD extra INTEGER")
    found = differences(tmp_path)
    assert [item["name"] for item in found] == ["users.extra", f"{table}.extra"]
    names = [item["database"] for item in found]
    for name, database in zip(names, (first, last), strict=True):
        assert name == f"sqlite:///{database.name}"
    last.execute(f"ALTER TABLE {table} DROP COLUMN extra")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20
    said = f"unexpected column users.extra (INTEGER) in {names[0]}"
    assert f"schema drift: {said}" in result.verdict["message"]
    assert [line["database"] for line in result.events("verify.drift")] == names[:1]


def test_aerich_s_one_record_is_of_the_database_that_has_it(
    tmp_path: Path, fresh_database: Fresh
) -> None:
    first, last = fresh_database("sqlite"), fresh_database("sqlite")
    migrated(tmp_path, AERICH, first, last)
    for database in (first, last):
        database.execute("CREATE VIEW numbers AS SELECT 1 AS i")
    report = json.loads(bootctl("check", "--format", "json", cwd=tmp_path).stdout)
    assert [item["database"] for item in report["differences"]] == [f"sqlite:///{first.name}"]
    [unseen] = report["not_compared"]
    assert "recorded in another database" in unseen
    assert unseen.endswith(f"(in sqlite:///{last.name})")


def test_a_single_database_needs_no_name(tmp_path: Path, sqlite: Database) -> None:
    users_project(tmp_path, sqlite.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("CREATE VIEW numbers AS SELECT 1 AS i")
    assert [item["database"] for item in differences(tmp_path)] == [""]


@pytest.mark.slow
def test_tenants_of_one_url_are_told_apart_by_their_schema(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.write("migrations/env.py", TENANTS)
    for name in ("north", "south"):
        postgresql.execute(f"CREATE SCHEMA {name}")
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("ALTER TABLE south.users ADD extra integer")
    [item] = differences(tmp_path)
    assert item["name"] == "users.extra"
    assert item["database"].endswith(f"/{postgresql.name} (schema south)")
