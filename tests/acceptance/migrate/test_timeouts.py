"""``migrate.lock_timeout`` and ``migrate.statement_timeout``: where they are in force, and how."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bootctl.ledger.autogenerate import LEDGER
from tests.support.databases.fresh import Database
from tests.support.databases.session_pooler import pooler
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, KITS, TORTOISE, Kit
from tests.support.projects.steps import Change, Sql

Fresh = Callable[[str], Database]

BOTH = {"BOOTCTL__MIGRATE__LOCK_TIMEOUT": "7s", "BOOTCTL__MIGRATE__STATEMENT_TIMEOUT": "8.5s"}
IN_FORCE = {
    "postgresql": {"lock_timeout": "7s", "statement_timeout": "8500ms"},
    "mariadb": {
        "@@lock_wait_timeout": "7",
        "@@innodb_lock_wait_timeout": "7",
        "@@max_statement_time": "8.5",
    },
    "sqlite": {"busy_timeout": "7000"},
}


def shows(kind: str, values: Mapping[str, str]) -> list[Sql]:
    """Statements that fail unless the session has these values."""
    if kind == "sqlite":
        conditions = [f"(SELECT timeout FROM pragma_{name}) = {v}" for name, v in values.items()]
        failure = "abs(-9223372036854775808)"
    elif kind == "mariadb":
        conditions = [f"{name} = {value}" for name, value in values.items()]
        failure = "(SELECT 1 UNION SELECT 2)"
    else:
        conditions = [f"current_setting('{name}') = '{value}'" for name, value in values.items()]
        failure = "1 / (random() * 0)"
    return [Sql(f"SELECT CASE WHEN {test} THEN 1 ELSE {failure} END") for test in conditions]


def migrates(root: Path, env: Mapping[str, str] = BOTH) -> None:
    result = bootctl("migrate", cwd=root, env=env)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize("kit", [*KITS, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_a_migration_has_both(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, database)
    values = IN_FORCE[database.kind]
    project.migration("a1", None, Change.CREATE_USERS, *shows(database.kind, values))
    failed = bootctl("migrate", cwd=tmp_path)
    assert failed.code == 14, failed.stderr  # without the settings it shows something else
    if database.kind == "mariadb":  # where it is half applied
        database.execute("DROP TABLE users")
        database.execute(f"DELETE FROM {LEDGER}")
    migrates(tmp_path)


def psycopg(database: Database) -> str:
    """The URL for SQLAlchemy's psycopg, with options of the project's own."""
    return f"{database.sync_url.replace('psycopg2', 'psycopg')}?options=-c%20work_mem%3D7MB"


@pytest.mark.parametrize(
    ("kit", "connection"),
    [
        (ALEMBIC, lambda database: repr(f"{database.sync_url}?options=-c%20work_mem%3D7MB")),
        (ALEMBIC, lambda database: repr(psycopg(database))),
        (AERICH, lambda database: credentials(database, "asyncpg", server_settings=OWN)),
        (TORTOISE, lambda database: credentials(database, "psycopg", kwargs=OPTIONS)),
    ],
    ids=["psycopg2", "psycopg", "aerich-asyncpg", "tortoise-psycopg"],
)
def test_reset_returns_to_them_and_to_the_project_s_own(
    tmp_path: Path, postgresql: Database, kit: Kit, connection: Callable[[Database], str]
) -> None:
    project = kit.project(tmp_path, postgresql)
    project.configure(connection=connection(postgresql))
    shown = shows("postgresql", {**IN_FORCE["postgresql"], "work_mem": "7MB"})
    forget = [Sql("SET lock_timeout = 0"), Sql("RESET lock_timeout"), *shown]
    project.migration("a1", None, Change.CREATE_USERS, *forget, Sql("RESET ALL"), *shown)
    migrates(tmp_path)


OWN = {"work_mem": "7MB"}
OPTIONS = {"autocommit": True, "options": "-c work_mem=7MB"}


def credentials(database: Database, engine: str, **more: object) -> str:
    """The expression for a connection of Tortoise's."""
    given = {"host": database.host, "port": database.port, "user": database.user}
    given |= {"password": "", "database": database.name, **more}
    return repr({"engine": f"tortoise.backends.{engine}", "credentials": given})


@pytest.mark.parametrize("kit", [ALEMBIC, TORTOISE], ids=lambda kit: kit.name)
def test_libpq_s_options_of_the_environment_are_kept(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    if kit is TORTOISE:
        project.configure(connection=credentials(postgresql, "psycopg"))
    shown = shows("postgresql", {**IN_FORCE["postgresql"], "work_mem": "7MB"})
    project.migration("a1", None, Change.CREATE_USERS, *shown)
    migrates(tmp_path, {**BOTH, "PGOPTIONS": "-c work_mem=7MB"})


def test_tortoise_s_schema_stays_the_search_path(tmp_path: Path, postgresql: Database) -> None:
    postgresql.execute("CREATE SCHEMA own")
    project = TORTOISE.project(tmp_path, postgresql)
    project.configure(connection=credentials(postgresql, "psycopg", schema="own"))
    values = {**IN_FORCE["postgresql"], "search_path": "own"}
    project.migration("a1", None, Change.CREATE_USERS, *shows("postgresql", values))
    migrates(tmp_path)


INIT_COMMAND = "SET SESSION sort_buffer_size = 1048576;"


@pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC, AERICH], ids=lambda kit: kit.name)
def test_mariadb_s_own_init_command_is_kept(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, f"{kit.url(mariadb)}?init_command={INIT_COMMAND}")
    values = {**IN_FORCE["mariadb"], "@@sort_buffer_size": "1048576"}
    project.migration("a1", None, Change.CREATE_USERS, *shows("mariadb", values))
    migrates(tmp_path)


CREATOR = """
import psycopg2, sqlalchemy
from sqlalchemy import create_engine
def engine_from_config(*args, **kw):
    return create_engine(
        "postgresql+psycopg2://", creator=lambda: psycopg2.connect({dsn!r}), poolclass=pool.NullPool
    )
"""


def test_an_engine_with_a_creator_has_them(tmp_path: Path, postgresql: Database) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    dsn = f"host={postgresql.host} user={postgresql.user} dbname={postgresql.name}"
    project.configure(top=CREATOR.format(dsn=dsn))
    shown = shows("postgresql", IN_FORCE["postgresql"])
    project.migration("a1", None, Change.CREATE_USERS, *shown)
    env = {**BOTH, "BOOTCTL__DATABASE__URL": postgresql.sync_url}
    migrates(tmp_path, env)


SAYING = """
import sqlalchemy
@sqlalchemy.event.listens_for(sqlalchemy.Engine, "connect")
def say(connection, record):
    cursor = connection.cursor()
    cursor.execute("SHOW lock_timeout")
    print("lock_timeout:", *cursor.fetchone())
"""


def test_looking_has_none(tmp_path: Path, postgresql: Database) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    project.configure(top=SAYING)
    result = bootctl("migrate", cwd=tmp_path, env=BOTH)
    said = [(line["event"], line["message"]) for line in result.lines if "output" in line["event"]]
    assert ("migrate.output", "lock_timeout: 7s") in said
    others = {line for line in said if line[0] != "migrate.output"}
    assert others == {("inspect.output", "lock_timeout: 0"), ("verify.output", "lock_timeout: 0")}


def test_sqlite_has_no_statement_timeout(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    result = bootctl("migrate", cwd=tmp_path, env=BOTH)
    assert result.code == 0
    [warned] = result.events("migrate.untimed")
    assert warned["level"] == "warning"
    assert "statement_timeout" in warned["message"]


@pytest.mark.parametrize("value", ["0", "-1", "30d", "1000h"])
def test_no_timeout_is_none(tmp_path: Path, sqlite: Database, value: str) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__MIGRATE__LOCK_TIMEOUT": value})
    assert result.code == 3
    assert "migrate.lock_timeout" in result.verdict["message"]


SLEEP = {"postgresql": "SELECT pg_sleep(20)", "mariadb": "SELECT SLEEP(20)"}


@pytest.mark.parametrize("kind", SLEEP)
def test_a_statement_that_takes_too_long(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    kit.project(tmp_path, database).migration("a1", None, Change.CREATE_USERS, Sql(SLEEP[kind]))
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__MIGRATE__STATEMENT_TIMEOUT": "0.2"})
    assert result.code == 14, result.stderr
    assert "BOOTCTL__MIGRATE__STATEMENT_TIMEOUT" in result.verdict["hint"]
    assert result.verdict["revision"] == kit.revision("a1")
    assert not result.events("migrate.retry")
    if kind == "postgresql":
        assert database.tables() == set()


def test_a_canceled_statement_is_not_called_a_timeout(tmp_path: Path, postgresql: Database) -> None:
    cancels = "SELECT pg_cancel_backend(pg_backend_pid())"
    ALEMBIC.project(tmp_path, postgresql).migration("a1", None, Sql(cancels))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    assert "was canceled" in result.verdict["message"]
    assert "timeout" not in result.verdict["message"]


@pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC, AERICH], ids=lambda kit: kit.name)
def test_a_pooler_that_passes_no_options_on(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    with pooler(postgresql) as port:
        kit.project(tmp_path, dataclasses.replace(postgresql, port=port))
        refused = bootctl("migrate", cwd=tmp_path, env=BOTH)
        assert refused.code == 3, refused.stderr
        assert "a pooler" in refused.verdict["message"]
        assert "BOOTCTL__DATABASE__MIGRATION_URL" in refused.verdict["hint"]
        assert postgresql.tables() == set()
        migrates(tmp_path, {})
