"""A database whose password, or whose place, only the project's code knows: every command reaches it."""

import functools
import json
from pathlib import Path

import psycopg2
import pytest

from tests.support.databases.fresh import Database
from tests.support.processes import spawned
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import SYNC_ENV, USERS_MODEL, users_project
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.servers import standard
from tests.support.servers.standard import Server

LISTENER = """
from sqlalchemy import Engine, event

@event.listens_for(Engine, "do_connect")
def token(dialect, record, args, kw):
    kw["password"] = "right"
"""
CREDENTIALS = (
    '{{"engine": "tortoise.backends.{driver}", "credentials": dict(host="{host}", port={port}, '
    'user="bootctl", database="{name}", password=lambda: "right")}}'
)


@functools.cache
def server() -> Server:
    """A PostgreSQL that asks for a password."""
    return standard.start_postgresql(auth="scram-sha-256", password="right")


def created(name: str) -> str:
    """An empty database of the server."""
    place = {"host": server().host, "port": server().port, "dbname": "postgres"}
    connection = psycopg2.connect(user="bootctl", password="right", **place)
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE IF EXISTS {name}")
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return name


CASES = [
    (ALEMBIC, "psycopg2"),
    *((kit, driver) for kit in (AERICH, TORTOISE) for driver in ("asyncpg", "psycopg")),
]


@pytest.mark.parametrize(("kit", "driver"), CASES, ids=lambda item: getattr(item, "name", item))
def test_a_password_that_code_supplies(tmp_path: Path, kit: Kit, driver: str) -> None:
    name = created(f"supplied_{kit.name}_{driver}")
    place = {"host": server().host, "port": server().port, "name": name}
    url = "{scheme}://bootctl@{host}:{port}/{name}"
    if kit is ALEMBIC:
        project = kit.project(tmp_path, url.format(scheme=f"postgresql+{driver}", **place))
        project.configure(top=LISTENER)
    else:
        project = kit.project(tmp_path, url.format(scheme="postgres", **place))
        project.configure(connection=CREDENTIALS.format(driver=driver, **place))
    for command in ("migrate", "check", "wait"):
        result = bootctl(command, "--set", "wait.timeout=5", cwd=tmp_path)
        assert result.code == 0, result.stderr


def test_wait_asks_the_code_where_the_variable_alone_is_refused(tmp_path: Path) -> None:
    url = f"postgresql://bootctl@{server().host}:{server().port}/{created('supplied_wait')}"
    users_project(tmp_path, url.replace("postgresql:", "postgresql+psycopg2:")).env(top=LISTENER)
    result = bootctl("wait", cwd=tmp_path, env={"DATABASE_URL": url})
    assert result.code == 0, result.stderr
    assert json.loads(result.stderr.splitlines()[-1])["depth"] == "query"


ONE_ENGINE = (
    SYNC_ENV.partition("def run_migrations_online")[0]
    + """
from sqlalchemy import create_engine

with create_engine(config.get_main_option("sqlalchemy.url")).connect() as connection:
    for tenant in {tenants}:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
"""
)


@pytest.mark.parametrize("command", ["migrate", "check", "status", "migrate --sql", "run -- true"])
def test_a_loop_over_tenants_may_find_none(tmp_path: Path, command: str) -> None:
    project = users_project(tmp_path, f"sqlite:///{tmp_path}/x.db")
    project.models(USERS_MODEL)
    text = ONE_ENGINE.replace("{top}", "").replace("{tenants}", "[]")
    project.write("migrations/env.py", text)
    result = bootctl(*command.split(), cwd=tmp_path)
    assert result.code == 0, result.stderr
    if command in ("migrate", "run -- true"):
        assert "no database" in result.events("verify.skipped")[0]["message"]


def test_warnings_that_are_errors_end_no_boot(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    # In a process that has not imported anything before.
    assert spawned.bootctl("migrate", cwd=tmp_path, env={"PYTHONWARNINGS": "error"}).code == 0
