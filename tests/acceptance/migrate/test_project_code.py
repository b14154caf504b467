"""What the project's own code does while it is run: what is let be, and what is seen."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.roles import role
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import ADD_NAME, ASYNC_ENV, SYNC_ENV, USERS_MODEL, users_project
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Python

IN_QUICK_SUITE = {"raised": ["its own", "cancelled"]}
SEARCH_PATH = """\
connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS tenant"))
connection.execute(sa.text("SET search_path TO tenant"))
connection.commit()
connection.dialect.default_schema_name = "tenant"
"""


def env(before: str, options: str = "") -> str:
    """An env.py that does this with its connection before it configures."""
    indented = before.rstrip().replace("\n", "\n        ")
    text = SYNC_ENV.replace("{before}", indented).replace("{options}", options)
    return text.replace("{top}", "import sqlalchemy as sa\n").replace("{{", "{").replace("}}", "}")


def test_a_search_path_that_env_sets_and_commits(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.write("migrations/env.py", env(SEARCH_PATH))
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 0, result.stderr
    tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'tenant')"
    assert {row[0] for row in postgresql.execute(tables)} == {
        "tenant.users",
        "tenant.alembic_version",
        "tenant.bootctl_ledger",
    }


def test_looking_creates_no_schema_that_env_would(tmp_path: Path, postgresql: Database) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.write("migrations/env.py", env(SEARCH_PATH))
    before = postgresql.dump()
    assert bootctl("status", cwd=tmp_path).code == 0
    assert postgresql.dump() == before


def test_a_role_that_env_sets_and_commits(tmp_path: Path, postgresql: Database) -> None:
    with role(postgresql) as own:
        project = users_project(tmp_path, postgresql.sync_url)
        before = f"connection.execute(sa.text('SET ROLE \"{own.user}\"'))\nconnection.commit()\n"
        project.write("migrations/env.py", env(before))
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 0, result.stderr
        owners = postgresql.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'users'")
        assert owners == [(own.user,)]


AUTOCOMMIT = """\
connection = connection.execution_options(isolation_level="AUTOCOMMIT")
connection.execute(sa.text("SET search_path TO tenant"))
connection.dialect.default_schema_name = "tenant"
"""
LAYOUTS = {
    "autocommit": (AUTOCOMMIT, ""),
    "a version table in the default schema, by its name": (
        SEARCH_PATH,
        ', version_table="versions", version_table_schema="tenant"',
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_tenant_s_schema_is_no_drift(tmp_path: Path, postgresql: Database, layout: str) -> None:
    postgresql.execute("CREATE SCHEMA tenant")
    project = users_project(tmp_path, postgresql.sync_url)
    project.write("migrations/env.py", env(*LAYOUTS[layout]))
    for command in ("migrate", "check"):
        result = bootctl(command, cwd=tmp_path)
        assert result.code == 0, result.stderr


ROLE_OF_A_LISTENER = """\
def role(driver, record):
    cursor = driver.cursor()
    cursor.execute('SET ROLE "{role}"')
    cursor.close()
"""


@pytest.mark.parametrize("template", [SYNC_ENV, ASYNC_ENV], ids=["sync", "async"])
def test_a_role_that_a_listener_sets_and_does_not_commit(
    tmp_path: Path, postgresql: Database, template: str
) -> None:
    url = postgresql.async_url if template is ASYNC_ENV else postgresql.sync_url
    with role(postgresql) as own:
        listener = ROLE_OF_A_LISTENER.format(role=own.user)
        project = users_project(tmp_path, url, template)
        engine = "connectable.sync_engine" if template is ASYNC_ENV else "connectable"
        listens = f'sa.event.listen({engine}, "connect", role)\n    '
        connects = "async with connectable" if template is ASYNC_ENV else "with connectable"
        project.env(
            template.replace(connects, listens + connects),
            top=f"import sqlalchemy as sa\n{listener}",
        )
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 0, result.stderr
        owners = postgresql.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'users'")
        assert owners == [(own.user,)]


@pytest.mark.parametrize("status", [0, 3])
def test_os_exit_in_a_migration_ends_with_a_verdict(
    tmp_path: Path, sqlite: Database, kit: Kit, status: int
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Change.CREATE_POSTS, Python(f"import os\nos._exit({status})"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert f"os._exit({status}) was called" in result.verdict["message"]
    assert "as it was before" in result.verdict["message"]


IN_A_THREAD = """\
import os, threading
thread = threading.Thread(target=os._exit, args=(0,))
thread.start()
thread.join()
"""


@pytest.mark.parametrize("code", [IN_A_THREAD, "import posix\nposix._exit(0)\n"])
def test_an_exit_in_a_thread_or_past_os_ends_with_a_verdict(
    tmp_path: Path, sqlite: Database, code: str
) -> None:
    users_project(tmp_path, sqlite.sync_url).migration("a2", "a1", code)
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert "os._exit(0) was called" in result.verdict["message"]


FORKS = """\
import os
if os.fork() == 0:
    print("the child goes on")
"""


def test_a_forked_child_that_goes_on_neither_migrates_nor_serves(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.models(USERS_MODEL + 'users.append_column(sa.Column("name", sa.String(50)))\n')
    project.migration("a2", "a1", ADD_NAME + FORKS)
    served = tmp_path / "served"
    command = ("sh", "-c", f"echo $$ >> {served}")
    result = bootctl("run", "--", *command, cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert len(served.read_text().splitlines()) == 1
    assert len(result.events("exec")) == 1


def test_what_a_migration_file_prints_when_it_is_imported_is_logged(
    tmp_path: Path, sqlite: Database
) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    path = project.migration("a2", "a1", "pass")
    path.write_text('print("loading")\n' + path.read_text())
    result = bootctl("status", "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["pending"] == ["a1", "a2"]
    assert [line["message"] for line in result.lines if line["event"].endswith(".output")]


def test_env_says_where_the_migration_files_are(tmp_path: Path, sqlite: Database) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    (tmp_path / "migrations/versions").rename(tmp_path / "migrations/elsewhere")
    project.write(
        "migrations/env.py",
        "from alembic import context\nfrom pathlib import Path\n"
        'context.script.version_locations = [str(Path(__file__).parent / "elsewhere")]\n'
        + (tmp_path / "migrations/env.py").read_text(),
    )
    for expected in (["a1"], []):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 0, result.stderr
        assert [line["revision"] for line in result.events("migrate.applied")] == expected
    assert "users" in sqlite.tables()


OUTER = "transaction = connection.begin()\n"


def test_an_outer_transaction_is_verified_before_its_commit(
    tmp_path: Path, postgresql: Database
) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    text = env(OUTER, ", transaction_per_migration=True").replace(
        "            context.run_migrations()\n\n\ndef run_migrations_offline",
        "            context.run_migrations()\n        transaction.commit()\n\n\n"
        "def run_migrations_offline",
    )
    project.write("migrations/env.py", text)
    project.models(USERS_MODEL + 'users.append_column(sa.Column("name", sa.String(50)))\n')
    before = postgresql.dump()
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "as it was before" in result.verdict["message"]
    assert postgresql.dump() == before


RAISED = {
    "cancelled": "import asyncio\nraise asyncio.CancelledError()",
    "generator exit": "raise GeneratorExit()",
    "its own": 'class Own(BaseException):\n    pass\nraise Own("own words")',
    "interrupt": "raise KeyboardInterrupt()",
    "without words": "class Bad(Exception):\n    __str__ = None\nraise Bad()",
}


@pytest.mark.parametrize("raised", RAISED)
def test_whatever_the_code_raises_when_it_is_loaded_is_charged_to_its_file(
    tmp_path: Path, sqlite: Database, kit: Kit, raised: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    path = project.migration("a2", "a1", Python("pass"))
    path.write_text(f"{RAISED[raised]}\n{path.read_text()}")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.verdict["exit_code"] == 16
    assert result.verdict["file"] == kit.file("a2")


@pytest.mark.parametrize("raised", RAISED)
def test_whatever_a_migration_raises_is_a_failed_migration(
    tmp_path: Path, postgresql: Database, kit: Kit, raised: str
) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.CREATE_POSTS, Python(RAISED[raised]))
    before = postgresql.dump()
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    assert result.verdict["revision"] == kit.revision("a2")
    assert postgresql.dump() == before
