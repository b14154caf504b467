"""Every kind of Alembic project that its users configure: looked at, migrated, migrated again."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import alembic
import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import (
    ADD_NAME,
    ASYNC_ENV,
    CREATE_POSTS,
    CREATE_USERS,
    INI,
    LOGGING,
    SYNC_ENV,
    USERS_MODEL,
    AlembicProject,
    engines_project,
    users_project,
)

CHECK, STATUS, PLAN, SQL = (
    ("check",),
    ("status", "--json"),
    ("migrate", "--plan"),
    ("migrate", "--sql"),
)

POSTS_MODEL = 'sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
NAMED_USERS_MODEL = USERS_MODEL.replace("\n)", '\n    sa.Column("name", sa.String(50)),\n)')

toml_is_read = pytest.mark.skipif(
    tuple(map(int, alembic.__version__.split(".")[:2])) < (1, 16),
    reason="Alembic reads pyproject.toml since 1.16",
)


def looked(
    root: Path,
    command: Sequence[str],
    *databases: Database,
    env: Mapping[str, str] | None = None,
) -> Result:
    """A run of a command that only looks: the databases are as they were."""
    before = [database.dump() for database in databases]
    result = bootctl(*command, cwd=root, env=env)
    assert result.lines
    assert [database.dump() for database in databases] == before
    return result


def direction(
    root: Path, *databases: Database, env: Mapping[str, str] | None = None, code: int = 0
) -> str:
    """What ``status --json`` says, and nothing else on stdout."""
    result = looked(root, STATUS, *databases, env=env)
    assert result.code == code, result.stderr
    return str(json.loads(result.stdout)["direction"])


def migrated(
    root: Path,
    *databases: Database,
    revisions: Sequence[str] = ("a1",),
    env: Mapping[str, str] | None = None,
    look: Sequence[str] = CHECK,
) -> tuple[Result, Result]:
    """The whole contract on empty databases; the first look, and the first migration."""
    seen = looked(root, look, *databases, env=env)
    assert seen.code == (20 if look == CHECK else 0), seen.stderr

    first = bootctl("migrate", cwd=root, env=env)
    assert first.code == 0, first.stderr
    assert first.stdout == ""
    assert [line["revision"] for line in first.events("migrate.applied")] == list(revisions)
    assert first.events("verify.clean")

    before = [database.dump() for database in databases]
    second = bootctl("migrate", cwd=root, env=env)
    assert second.code == 0, second.stderr
    assert not second.events("migrate.applying")
    assert second.events("verify.clean")
    assert [database.dump() for database in databases] == before

    assert direction(root, *databases, env=env) == "at-head"
    return seen, first


@toml_is_read
def test_configuration_in_pyproject(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, "")
    (tmp_path / "alembic.ini").unlink()
    project.write(
        "pyproject.toml",
        """\
        [tool.alembic]
        script_location = "%(here)s/migrations"
        prepend_sys_path = ["."]
        """,
    )
    project.env(top=f'config.set_main_option("sqlalchemy.url", "{sqlite.sync_url}")')
    migrated(tmp_path, sqlite)


def test_alembic_config_names_an_ini_elsewhere(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, "")
    (tmp_path / "alembic.ini").unlink()
    project.write("deploy/database.ini", INI.format(url=sqlite.sync_url))
    migrated(tmp_path, sqlite, env={"ALEMBIC_CONFIG": "deploy/database.ini"})


@toml_is_read
def test_alembic_config_names_a_pyproject_elsewhere(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, "")
    (tmp_path / "alembic.ini").unlink()
    project.write("deploy/pyproject.toml", '[tool.alembic]\nscript_location = "migrations"\n')
    project.env(top=f'config.set_main_option("sqlalchemy.url", "{sqlite.sync_url}")')
    migrated(tmp_path, sqlite, env={"ALEMBIC_CONFIG": "deploy/pyproject.toml"})


def test_the_only_section_is_found(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, "")
    project.write("alembic.ini", INI.format(url=sqlite.sync_url).replace("[alembic]", "[service]"))
    migrated(tmp_path, sqlite, look=PLAN)


def test_one_of_two_sections_is_chosen(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, "")
    ini = INI.format(url=sqlite.sync_url)
    other = INI.format(url="sqlite:///other.db")
    project.write(
        "alembic.ini", ini.replace("[alembic]", "[live]") + other.replace("[alembic]", "[other]")
    )
    migrated(tmp_path, sqlite, env={"BOOTCTL__ALEMBIC__NAME": "live"})
    assert not (tmp_path / "other.db").exists()

    unchosen = bootctl("migrate", cwd=tmp_path)
    assert unchosen.code == 3
    assert "live" in unchosen.verdict["message"]
    assert "other" in unchosen.verdict["message"]
    assert "BOOTCTL__ALEMBIC__NAME" in unchosen.verdict["hint"]


def two_bases(root: Path, database: Database, depends: str | None = None) -> AlembicProject:
    project = users_project(root, database.sync_url)
    locations = "version_locations = migrations/versions migrations/posts\npath_separator = space\n"
    project.write(
        "alembic.ini",
        INI.format(url=database.sync_url) + locations + "version_path_separator = space\n",
    )
    project.models(USERS_MODEL + POSTS_MODEL)
    project.migration("a1", None, CREATE_USERS, labels=("users",))
    project.migration(
        "p1", None, CREATE_POSTS, labels=("posts",), depends=depends, folder="migrations/posts"
    )
    return project


def test_several_version_locations(tmp_path: Path, sqlite: Database) -> None:
    two_bases(tmp_path, sqlite)
    planned = looked(tmp_path, PLAN, sqlite).stdout.splitlines()
    order = [line.split("\t")[0] for line in planned]
    assert set(order) == {"a1", "p1"}
    seen, _ = migrated(tmp_path, sqlite, revisions=order, look=SQL)
    assert "CREATE TABLE users" in seen.stdout
    assert "CREATE TABLE posts" in seen.stdout


def test_branches_that_depend_on_each_other(tmp_path: Path, postgresql: Database) -> None:
    project = two_bases(tmp_path, postgresql, depends="a1")
    migrated(tmp_path, postgresql, revisions=["a1", "p1"])
    status = json.loads(looked(tmp_path, STATUS, postgresql).stdout)
    assert status["applied"] == ["a1", "p1"]

    project.migration("a2", "a1", ADD_NAME)
    project.models(NAMED_USERS_MODEL + POSTS_MODEL)
    assert direction(tmp_path, postgresql) == "behind"
    more = bootctl("migrate", cwd=tmp_path)
    assert more.code == 0, more.stderr
    assert [line["revision"] for line in more.events("migrate.applied")] == ["a2"]
    assert direction(tmp_path, postgresql) == "at-head"


@pytest.mark.parametrize("command", [("migrate",), STATUS], ids=" ".join)
def test_two_heads(tmp_path: Path, postgresql: Database, command: Sequence[str]) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.migration("b1", "a1", ADD_NAME)
    project.migration("b2", "a1", CREATE_POSTS)
    result = looked(tmp_path, command, postgresql)
    assert result.code == 16
    assert "b1" in result.verdict["message"]
    assert "b2" in result.verdict["message"]
    assert "alembic merge" in result.verdict["hint"]
    assert postgresql.tables() == set()


def test_two_databases(tmp_path: Path, fresh_database: Callable[[str], Database]) -> None:
    first, second = fresh_database("postgresql"), fresh_database("postgresql")
    engines_project(tmp_path, first.sync_url, second.sync_url)
    seen, _ = migrated(tmp_path, first, second, revisions=["a1", "a1"])
    assert "missing table users" in seen.stdout
    assert "missing table events" in seen.stdout
    assert first.tables() == {"users", "alembic_version"}
    assert second.tables() == {"events", "alembic_version"}


def test_drift_in_the_second_database_rolls_the_first_back(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    first, second = fresh_database("postgresql"), fresh_database("postgresql")
    project = engines_project(tmp_path, first.sync_url, second.sync_url)
    with (tmp_path / "models.py").open("a") as models:
        models.write(POSTS_MODEL.replace("metadata", 'metadata["second"]'))
    result = looked(project.root, ("migrate",), first, second)
    assert result.code == 20
    assert "missing table posts in" in result.verdict["message"]
    assert second.name in result.verdict["message"]
    assert first.tables() == set()
    assert second.tables() == set()


def test_one_of_two_databases_is_behind(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    first, second = fresh_database("postgresql"), fresh_database("postgresql")
    engines_project(tmp_path, first.sync_url, second.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    second.execute("DROP TABLE events")
    second.execute("DROP TABLE alembic_version")
    assert direction(tmp_path, first, second) == "fresh"
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert [line["revision"] for line in result.events("migrate.applied")] == ["a1"]
    assert second.tables() == {"events", "alembic_version"}


INCLUDE_OBJECT = """
def include_object(item, name, kind, reflected, compare_to):
    return not (kind == "table" and reflected and name.startswith("legacy_"))
"""


def test_an_excluded_table_is_no_drift(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(top=INCLUDE_OBJECT, options="include_object=include_object")
    postgresql.execute("CREATE TABLE legacy_orders (id int)")
    migrated(tmp_path, postgresql)

    project.env()
    unexcluded = looked(tmp_path, CHECK, postgresql)
    assert unexcluded.code == 20
    assert "legacy_orders" in unexcluded.verdict["message"]


META_SCHEMA = """\
connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS meta"))
        connection.commit()"""


@pytest.mark.parametrize("look", [CHECK, SQL], ids=" ".join)
def test_a_version_table_in_another_schema(
    tmp_path: Path, postgresql: Database, look: Sequence[str]
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(
        top="import sqlalchemy as sa", before=META_SCHEMA, options='version_table_schema="meta"'
    )
    if look != CHECK:
        assert looked(tmp_path, look, postgresql).code == 0
        return
    migrated(tmp_path, postgresql)
    assert postgresql.tables() == {"users", "meta.alembic_version"}


AUTOCOMMIT_SCHEMA = """\
with connectable.connect().execution_options(isolation_level="AUTOCOMMIT") as first:
            first.execute(sa.text("CREATE SCHEMA IF NOT EXISTS meta"))"""


def test_looking_writes_nothing_where_env_commits_by_itself(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(
        top="import sqlalchemy as sa",
        before=AUTOCOMMIT_SCHEMA,
        options='version_table_schema="meta"',
    )
    migrated(tmp_path, postgresql)


def test_a_transaction_for_each_migration(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(options="transaction_per_migration=True")
    project.models(NAMED_USERS_MODEL)
    project.migration("a2", "a1", ADD_NAME)
    _, first = migrated(tmp_path, postgresql, revisions=["a1", "a2"])
    assert not first.events("verify.before_commit")


CONCURRENT_INDEX = """\
with op.get_context().autocommit_block():
    op.create_index("ix_email", "users", ["email"], postgresql_concurrently=True)
"""


@pytest.mark.parametrize("template", [SYNC_ENV, ASYNC_ENV], ids=["sync", "async"])
def test_an_index_created_concurrently(tmp_path: Path, postgresql: Database, template: str) -> None:
    url = postgresql.sync_url if template is SYNC_ENV else postgresql.async_url
    project = users_project(tmp_path, url, template)
    project.models(USERS_MODEL + 'sa.Index("ix_email", users.c.email)\n')
    project.migration("a2", "a1", CONCURRENT_INDEX)
    _, first = migrated(tmp_path, postgresql, revisions=["a1", "a2"], look=PLAN)
    assert not first.events("verify.before_commit")


def test_env_that_configures_logging_unguarded(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.write("alembic.ini", INI.format(url=sqlite.sync_url) + LOGGING)
    project.env(
        top="import logging.config\n\nlogging.config.fileConfig(config.config_file_name)\n"
        'logging.getLogger("alembic.env").info("configured")\n',
    )
    _, first = migrated(tmp_path, sqlite, look=SQL)
    running = [line for line in first.lines if "Running upgrade" in line["message"]]
    assert [line["event"] for line in running] == ["migrate.log"]


def test_env_without_an_offline_branch(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    online = SYNC_ENV.partition("def run_migrations_offline")[0] + "run_migrations_online()\n"
    project.env(online)
    seen, _ = migrated(tmp_path, postgresql, look=SQL)
    assert "CREATE TABLE users" in seen.stdout
    assert "INSERT INTO alembic_version" in seen.stdout


def test_printed_sql_continues_from_the_database(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", ADD_NAME)
    printed = looked(tmp_path, SQL, postgresql)
    assert printed.code == 0, printed.stderr
    assert "ADD COLUMN name" in printed.stdout
    assert "CREATE TABLE" not in printed.stdout


def test_printed_sql_is_what_a_database_can_be_migrated_with(
    tmp_path: Path, postgresql: Database
) -> None:
    users_project(tmp_path, postgresql.sync_url)
    postgresql.execute(looked(tmp_path, SQL, postgresql).stdout)
    assert looked(tmp_path, CHECK, postgresql).code == 0
    assert direction(tmp_path, postgresql) == "at-head"


PRINTS = """
import os
import sys

print("from print")
sys.stderr.write("from stderr\\n")
os.system("echo from a process")
os.write(1, b"from a descriptor\\n")
print("unfinished", end="")
"""


@pytest.mark.parametrize("template", [SYNC_ENV, ASYNC_ENV], ids=["sync", "async"])
def test_env_that_prints(tmp_path: Path, sqlite: Database, template: str) -> None:
    url = sqlite.sync_url if template is SYNC_ENV else sqlite.async_url
    project = users_project(tmp_path, url, template)
    project.env(template, top=PRINTS)
    seen, first = migrated(tmp_path, sqlite, look=STATUS)
    assert json.loads(seen.stdout)["direction"] == "fresh"
    for result, event in ((seen, "inspect.output"), (first, "migrate.output")):
        printed = {(line["stream"], line["message"]) for line in result.events(event)}
        assert printed == {
            ("stdout", "from print"),
            ("stderr", "from stderr"),
            ("stdout", "from a process"),
            ("stdout", "from a descriptor"),
            ("stdout", "unfinished"),
        }


def test_arguments_for_env(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.env(
        top="arguments = context.get_x_argument(as_dictionary=True)",
        options='version_table=arguments["service"] + "_" + arguments["region"]',
    )
    migrated(tmp_path, sqlite, env={"BOOTCTL__ALEMBIC__X": "service=billing region=eu"})
    assert sqlite.tables() == {"users", "billing_eu"}


WITHOUT_DIRECTIVES = """
def drop_directives(context, revision, directives):
    directives[:] = []
"""

WITHOUT_EMPTY_DIRECTIVES = """
def drop_directives(context, revision, directives):
    if config.cmd_opts.autogenerate and directives[0].upgrade_ops.is_empty():
        directives[:] = []
"""


def test_directives_that_env_drops_are_no_drift(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.models(NAMED_USERS_MODEL)
    project.env(top=WITHOUT_DIRECTIVES, options="process_revision_directives=drop_directives")
    migrated(tmp_path, sqlite, look=PLAN)


def test_the_directives_hook_of_the_alembic_documentation(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    project.env(top=WITHOUT_EMPTY_DIRECTIVES, options="process_revision_directives=drop_directives")
    migrated(tmp_path, sqlite)


def test_types_are_compared_unless_env_says_not_to(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.migration("a1", None, CREATE_USERS.replace("100", "50"))
    project.env(options="compare_type=False")
    migrated(tmp_path, postgresql)

    project.env()
    compared = looked(tmp_path, CHECK, postgresql)
    assert compared.code == 20
    assert "users.email" in compared.verdict["message"]
