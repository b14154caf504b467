"""``migrate --tenants``: each tenant's database is migrated as if it were the only one."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import environment
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, Kit
from tests.support.projects.steps import Change
from tests.support.scenarios.tenants import (
    Fleet,
    codes,
    noting,
    of_databases,
    of_schemas,
    report,
    states,
)

pytestmark = pytest.mark.slow

IN_LONG_SUITE = (
    *("each[alembic-postgresql]", "each[aerich-sqlite]", "each[tortoise-mariadb]"),
    *("schema_each[alembic]", "others_go_on", "four_shards", "signal"),
)
HALF_WAY = """
from alembic import op

revision = "a2"
down_revision = "a1"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE TABLE half (id int)")
        op.execute("INSERT INTO half SELECT 1 / (current_database() <> '{dirty}')::int")
"""
IGNORED = {"BOOTCTL__VERIFY__IGNORE": "half"}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_database_each(
    kit: Kit, kind: str, tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    databases = [fresh_database(kind) for _ in range(3)]
    fleet = of_databases(kit, tmp_path / "project", databases)
    first = fleet.migrate("--json")
    assert first.code == 0, first.stderr
    assert set(states(first).values()) == {"migrated"}
    assert all({"users", kit.ledger} <= item.tables() for item in databases)
    assert {line["tenant"] for line in first.events("migrate.applied")} == {*fleet.names}
    before = [item.whole_dump() for item in databases]
    again = fleet.migrate("--json")
    assert set(states(again).values()) == {"at head"}
    assert [item.whole_dump() for item in databases] == before
    assert all(line["cached"] for line in again.events("tenants.ended")), again.stderr
    assert {line["event"] for line in again.lines} <= {
        *("tenants.found", "tenants.ended", "tenants.done"),
    }


@pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_a_schema_each(kit: Kit, tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(kit, tmp_path, postgresql, ["one", "Two-2"])
    assert codes(fleet.migrate("--json")) == {"one": 0, "Two-2": 0}
    tables = {"users", "alembic_version"}
    assert postgresql.tables() == {f"{name}.{table}" for name in fleet.names for table in tables}
    fleet.project.migration("a2", "a1", Change.ADD_NAME)
    fleet.project.models("name")
    again = fleet.migrate("--json")
    assert [item["applied"] for item in report(again)["tenants"]] == [["a2"], ["a2"]]
    assert [line["cached"] for line in fleet.migrate().events("tenants.ended")] == [True, True]


def test_what_happens_to_one_schema_is_told_of_it_alone(
    tmp_path: Path, postgresql: Database
) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two"])
    assert fleet.migrate().code == 0
    postgresql.execute("CREATE SCHEMA three; ALTER TABLE two.users DROP COLUMN email")
    found = Fleet(fleet.project, ["one", "two", "three"], fleet.env).migrate("--json")
    assert found.code == found.verdict["exit_code"] == 20
    assert states(found) == {"one": "at head", "two": "failed", "three": "migrated"}
    cached = {line["tenant"]: line["cached"] for line in found.events("tenants.ended")}
    assert cached == {"one": True, "two": False, "three": False}
    assert "two" in found.verdict["message"]


def test_a_schema_that_is_missing_is_none_of_the_shared_ones(
    tmp_path: Path, postgresql: Database
) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, [])
    path = {"BOOTCTL__TENANTS__SEARCH_PATH": "{tenant}, public"}
    found = Fleet(fleet.project, ["one"], {**fleet.env, **path}).migrate()
    assert found.verdict["exit_code"] == 12
    assert "the schema one does not exist" in found.stdout
    assert postgresql.tables() == set()


def test_one_tenant_is_named_to_any_command(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two"])
    assert fleet.run("migrate", BOOTCTL_TENANT="two").code == 0
    assert postgresql.tables() == {"two.users", "two.alembic_version"}
    assert "at-head" in fleet.run("status", BOOTCTL_TENANT="two").stdout
    assert "fresh" in fleet.run("status", BOOTCTL_TENANT="one").stdout
    served = fleet.run("run", "--", "true", BOOTCTL_TENANT="two")
    assert served.code == 0
    assert all('"two"' in line["target"] for line in served.events("wait.ready"))
    refused = fleet.migrate(BOOTCTL_TENANT="two")
    assert refused.verdict["exit_code"] == 2


def test_code_that_connects_by_itself_is_refused(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one"])
    env = tmp_path / "migrations/env.py"
    creator = (
        f"creator=lambda: psycopg2.connect(dbname={postgresql.name!r}, user={postgresql.user!r})"
    )
    text = env.read_text().replace("poolclass=pool.NullPool", f"poolclass=pool.NullPool, {creator}")
    env.write_text(f"import psycopg2\n{text}")
    assert fleet.migrate("--json").verdict["exit_code"] == 3
    assert postgresql.tables() == set()


def test_a_tenants_name_reaches_env_py(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one"])
    top = (
        "import os\n"
        'x = context.get_x_argument(as_dictionary=True)["tenant"]\n'
        'print(x, os.environ["BOOTCTL_TENANT"])\n'
    )
    fleet.project.configure(top=top)
    said = [line["message"] for line in fleet.migrate().lines if line["event"].endswith(".output")]
    assert said
    assert {*said} == {"one one"}


def test_what_env_py_leaves_running_keeps_nobody(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one"])
    fleet.project.configure(top='import subprocess\nsubprocess.Popen(["sleep", "60"])\n')
    with promptly():
        assert codes(fleet.migrate("--json")) == {"one": 0}


@contextmanager
def login(server: Database) -> Iterator[str]:
    """A role that is no superuser."""
    name = f"u_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE ROLE {name} LOGIN")
    try:
        yield name
    finally:
        server.execute(f"DROP ROLE {name}")


@pytest.fixture
def role(tmp_path: Path) -> Iterator[str]:
    """Dropped after the databases that it owns."""
    from tests.support.databases.fresh import fresh

    with fresh("postgresql", tmp_path) as server, login(server) as name:
        yield name


def test_the_others_go_on(
    tmp_path: Path, role: str, fresh_database: Callable[[str], Database]
) -> None:
    found = {name: fresh_database("postgresql") for name in WRONG}
    for item in found.values():
        item.execute(f"ALTER DATABASE {item.name} OWNER TO {role}")
    fleet = of_databases(ALEMBIC, tmp_path / "project", [*found.values()])
    url = fleet.env["BOOTCTL__TENANTS__URL"].replace(f"{found['well'].user}@", f"{role}:s3cr3tly@")
    fleet = Fleet(fleet.project, fleet.names, {"BOOTCTL__TENANTS__URL": url, **IGNORED})
    assert fleet.migrate().code == 0
    half = HALF_WAY.format(dirty=found["dirty"].name)
    fleet.project.write("migrations/versions/a2.py", half)
    assert fleet.run("migrate", BOOTCTL_TENANT=found["dirty"].name).code == 14
    found["ahead"].execute("UPDATE alembic_version SET version_num = 'b9'")
    found["drifted"].execute("ALTER TABLE users DROP COLUMN email")
    for statement in ("CONNECTION LIMIT 0", "OWNER TO CURRENT_USER"):
        found["down"].execute(f"ALTER DATABASE {found['down'].name} {statement}")
    refusing = found["refusing"]
    refusing.execute(f"ALTER DATABASE {refusing.name} OWNER TO CURRENT_USER")
    refusing.execute(f"REVOKE CONNECT ON DATABASE {refusing.name} FROM PUBLIC")
    expected = {found[name].name: code for name, code in WRONG.items()}
    soon = {"BOOTCTL__WAIT__TIMEOUT": "3s"}
    checked = fleet.run("check", "--tenants", "--json", **soon)
    assert codes(checked) == expected
    looked = fleet.run("status", "--tenants", "--json", **soon)
    assert states(looked) == {found[name].name: state for name, state in DIRECTIONS.items()}
    assert checked.code == looked.code == 12
    assert "half" not in found["well"].tables()
    result = fleet.migrate("--json", **soon)
    assert codes(result) == expected
    assert result.code == result.verdict["exit_code"] == 12
    assert "half" in found["well"].tables()
    assert "s3cr3tly" not in result.stdout + result.stderr
    for name, code in WRONG.items():
        assert not code or f"exit code {code}: {found[name].name}" in result.verdict["message"]


WRONG = {"down": 11, "dirty": 17, "ahead": 15, "drifted": 20, "refusing": 12, "well": 0}
DIRECTIONS = {
    "down": "failed",
    "dirty": "dirty",
    "ahead": "ahead",
    "drifted": "behind",
    "refusing": "failed",
    "well": "behind",
}


@pytest.mark.parametrize(("on_failure", "after"), [("stop", "not begun"), ("continue", "migrated")])
def test_a_failure_stops_the_rest_where_that_is_set(
    tmp_path: Path, postgresql: Database, on_failure: str, after: str
) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two", "three"])
    postgresql.execute("CREATE TABLE two.users (id int)")
    result = fleet.migrate(
        "--json", BOOTCTL__TENANTS__ON_FAILURE=on_failure, BOOTCTL__TENANTS__CONCURRENCY="1"
    )
    assert states(result) == {"one": "migrated", "two": "failed", "three": after}
    assert result.code == codes(result)["two"]


def test_four_shards_at_once(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, [f"tenant_{n}" for n in range(10)])
    noting(fleet, postgresql)
    with ThreadPoolExecutor(4) as pool:
        pods = [
            pool.submit(fleet.migrate, "--json", JOB_COMPLETION_INDEX=str(n), JOB_COMPLETIONS="4")
            for n in range(4)
        ]
    results = [pod.result() for pod in pods]
    assert [result.code for result in results] == [0, 0, 0, 0]
    parts = [[*codes(result)] for result in results]
    assert sorted(name for part in parts for name in part) == sorted(fleet.names)
    assert all(len(part) < len(fleet.names) for part in parts)
    rows = postgresql.execute("SELECT tenant FROM public.ran ORDER BY tenant")
    assert [name for (name,) in rows] == sorted(fleet.names)


def test_a_signal_is_passed_on(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two"])
    path = fleet.project.root / "migrations/versions/a1.py"
    path.write_text(f"{path.read_text().rstrip()}\n    op.execute('SELECT pg_sleep(30)')\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "bootctl", "migrate", "--tenants", "--json"],
        cwd=fleet.project.root,
        env=environment({"BOOTCTL__TENANTS__NAMES": "one two", **fleet.env}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    begun = 0
    for line in process.stderr:
        begun += '"migrate.applying"' in line
        if begun == 2:
            break
    process.terminate()
    stdout, stderr = process.communicate(timeout=25)
    assert process.returncode == 143, stderr
    assert '"boot.failed"' in stderr.splitlines()[-1]
    assert stdout.count('"exit_code": 143') == 2
    assert postgresql.tables() == set()
