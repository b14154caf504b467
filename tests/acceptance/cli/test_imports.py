"""What a command imports: what it does not need costs every start of a container."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.paths import EXAMPLES
from tests.support.processes.spawned import environment
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, users_project
from tests.support.projects.tortoise import TortoiseProject, aerich_project, native_project

ORMS = {"sqlalchemy", "alembic", "aerich", "tortoise"}
DRIVERS = {"asyncpg", "psycopg", "psycopg2", "aiosqlite", "sqlite3", "aiomysql", "pymysql"}
CLIENTS = {"redis", "aio_pika", "aiokafka", "nats", "pymongo", "neo4j", "aiosmtplib"}
NO_DATABASE = ORMS | DRIVERS | CLIENTS | {"sqlparse", "tenacity", "robyn"}
NO_COMMAND = NO_DATABASE | {
    "pydantic",
    "pydantic_settings",
    "loguru",
    "asyncio",
    "logging",
    "json",
    "ssl",
    "difflib",
    "rich",
}

ENDED = """
import gc
import os
import sys

def end(code):
    print({told}, file=sys.stderr)
    sys.stderr.flush()
    really_end(code)

really_end, os._exit = os._exit, end
os.execve = lambda *_: end(0)
from bootctl.__main__ import main
main()
"""


def imported(project: Path, *arguments: str, env: Mapping[str, str] | None = None) -> set[str]:
    """The names of all modules that ``bootctl ARGUMENTS`` has imported when it ends."""
    return set(told(project, "*sorted(sys.modules)", *arguments, env=env).split())


def told(
    project: Path, expression: str, *arguments: str, env: Mapping[str, str] | None = None
) -> str:
    """What ``expression`` is when ``bootctl ARGUMENTS`` ends."""
    done = subprocess.run(
        [sys.executable, "-c", ENDED.format(told=expression), *arguments],
        cwd=project,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help")], ids=" ".join)
def test_what_runs_nothing_imports_no_log_and_no_settings(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    names = imported(tmp_path, *arguments)
    assert "click" in names
    assert not names & NO_COMMAND
    rooms = {name.split(".")[1] for name in names if name.startswith("bootctl.")}
    assert rooms <= {"__main__", "cli", "errors", "output", "values"}
    assert not names & {"bootctl.output.log", "bootctl.output.redact"}


def test_the_version_is_told_without_a_parser_too(tmp_path: Path) -> None:
    names = imported(tmp_path, "--version")
    assert not names & {*NO_COMMAND, "click", "inspect", "dataclasses", "bootctl.output.redact"}


def test_an_open_port_is_seen_without_a_library(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = imported(tmp_path, "wait", f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    assert not names & {*NO_COMMAND, "click", "dotenv", "uuid"} - {"json"}


@pytest.mark.parametrize("example", ["alembic", "aerich", "tortoise"])
@pytest.mark.parametrize("arguments", [("detect",), ("detect", "--json")], ids=" ".join)
def test_the_orm_is_found_without_importing_one(example: str, arguments: tuple[str, ...]) -> None:
    names = imported(EXAMPLES / example, *arguments)
    assert "bootctl.project.detect" in names
    assert not names & NO_DATABASE
    assert not any(name.startswith(("bootctl.migrate", "bootctl.wait")) for name in names)


@pytest.mark.parametrize("arguments", [("config",), ("config", "--json")], ids=" ".join)
def test_settings_are_shown_without_an_orm(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert not imported(tmp_path, *arguments) & NO_DATABASE


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("migrate",), ("migrate", "--plan"), ("check",), ("config",), ("detect",)],
    ids=" ".join,
)
def test_nothing_is_drawn_where_nobody_looks(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "alembic", project, ignore=shutil.ignore_patterns("*.db"))
    imported(project, "migrate")
    names = imported(project, *arguments)
    assert "rich" not in names
    assert not any(name.startswith("bootctl.cli.screens") for name in names)


def test_a_boot_at_head_imports_nothing_for_what_differs(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "alembic", project, ignore=shutil.ignore_patterns("*.db"))
    imported(project, "migrate")
    names = imported(project, "migrate")
    assert not names & {"click", "bootctl.boot.looks", "unicodedata"}
    catalog = {name for name in names if name.startswith("bootctl.verify.catalog.")}
    assert "bootctl.verify.catalog.sqlite.reader" in catalog
    assert not {name for name in catalog if name.split(".")[3] in ("mysql", "postgresql")}
    assert not {name for name in names if name.endswith((".fix_order", ".places", ".round_trip"))}
    others = ("bootctl.migrate.risk", "bootctl.boot.receipts", "bootctl.ledger.receipts")
    assert not any(name.startswith(others) for name in names)


@pytest.mark.parametrize("arguments", [("migrate",), ("run", "--", "true")], ids=" ".join)
def test_nobody_looks_for_garbage_in_what_was_imported(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "alembic", project, ignore=shutil.ignore_patterns("*.db"))
    imported(project, "migrate")
    assert int(told(project, "gc.get_freeze_count()", *arguments)) > 100_000
    assert int(told(project, "gc.get_stats()[2]['collections']", *arguments)) == 0


@pytest.mark.parametrize("example", ["aerich", "tortoise"])
def test_where_the_schema_is_what_the_models_make_alembic_does_not_compare_it(
    tmp_path: Path, example: str
) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / example, project, ignore=shutil.ignore_patterns("*.db"))
    imported(project, "migrate")
    names = imported(project, "migrate")
    assert "bootctl.verify.built" in names
    assert not names & {"alembic", "mako", "sqlalchemy.orm", "bootctl.verify.compare"}


@pytest.mark.parametrize("make", [aerich_project, native_project], ids=["aerich", "tortoise"])
def test_tortoise_at_head_is_verified_by_asyncpg_itself(
    tmp_path: Path, postgresql: Database, make: Callable[[Path, str], TortoiseProject]
) -> None:
    project = make(tmp_path, postgresql.tortoise_url).root
    assert "sqlalchemy" in imported(project, "migrate")
    names = imported(project, "migrate")
    assert {"tortoise", "asyncpg", "bootctl.verify.built"} <= names
    assert not names & {"sqlalchemy", "bootctl.ledger.journal", "bootctl.migrate.progress"}


@pytest.mark.parametrize("make", [aerich_project, native_project], ids=["aerich", "tortoise"])
def test_a_full_verification_at_head_imports_what_it_asks_alone(
    tmp_path: Path, postgresql: Database, make: Callable[[Path, str], TortoiseProject]
) -> None:
    project = make(tmp_path, postgresql.tortoise_url).root
    imported(project, "migrate")
    names = imported(project, "run", "--", "true", env={"BOOTCTL__VERIFY__MODE": "full"})
    assert {"tortoise", "bootctl.config.sources", "bootctl.output.log"} <= names
    assert not names & {"loguru", "sqlalchemy", "click", "tenacity", "importlib.metadata"}
    assert not names & {"pydantic_settings", "bootctl.config.model"}
    of_failures = {
        "bootctl.verify.compatible",
        "bootctl.ledger.recovery",
        "bootctl.boot.receipts.keeping",
    }
    assert not names & of_failures


def test_alembic_is_imported_without_what_colours_its_templates(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "alembic", project, ignore=shutil.ignore_patterns("*.db"))
    names = imported(project, "migrate")
    assert "mako" in names
    assert "pygments" not in names


def test_plain_migrations_import_neither_a_lexer_nor_another_dialect(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.async_url, ASYNC_ENV)
    names = imported(project.root, "migrate")
    assert "bootctl.migrate.risk.words" in names
    assert not names & {"sqlparse", "sqlalchemy.dialects.mysql"}


def test_plain_migrations_of_mysql_import_neither_a_lexer_nor_sqlite(
    tmp_path: Path, mariadb: Database
) -> None:
    project = users_project(tmp_path, mariadb.async_url, ASYNC_ENV)
    names = imported(project.root, "migrate")
    assert "bootctl.database.shown" in names
    assert not names & {"sqlparse", "sqlite3"}


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg"])
def test_a_boot_with_a_receipt_imports_one_driver_and_no_library_more(
    tmp_path: Path, postgresql: Database, driver: str
) -> None:
    url = postgresql.sync_url if driver == "psycopg2" else postgresql.async_url
    project = users_project(tmp_path, url, SYNC_ENV if driver == "psycopg2" else ASYNC_ENV)
    command = ("run", "--", "true")
    assert "alembic" in imported(project.root, *command)
    names = imported(project.root, *command)
    assert names & DRIVERS == {driver}
    assert not names & (ORMS | CLIENTS | {"pydantic", "pydantic_settings", "loguru", "click"})
    assert not names & {"tenacity", "tomllib", "models", "env", "env_py"}
    assert not any(name.startswith(("bootctl.migrate", "bootctl.wait")) for name in names)
