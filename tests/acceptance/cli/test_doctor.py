"""``bootctl doctor`` on set-ups that are broken, each in its own way: it names the cause, and what mends it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.databases.pgbouncer import pooled
from tests.support.databases.roles import reader, role
from tests.support.processes.forked import bootctl
from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import Result, environment
from tests.support.processes.terminals import session
from tests.support.projects.alembic import SYNC_ENV
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change
from tests.support.scenarios.half_applied import migrated
from tests.support.servers.ports import free_port

IN_LONG_SUITE = ("wrong_password", "pooler", "no_create_in_mariadb", "wrong_clock", "read_only")
PASSWORD = "correct-horse-4711"  # of nobody

Broken = dict[str, str]
"""The environment in which a set-up is broken."""


class Case:
    """A folder, databases, and what has to be undone."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root = root
        self.stack = stack

    def database(self, kind: str) -> Database:
        """An empty one."""
        return self.stack.enter_context(fresh.fresh(kind, self.root))

    def project(self, database: Database | str) -> Any:
        """A project that was not migrated."""
        return ALEMBIC.project(self.root, database)

    def migrated(self, kind: str = "sqlite") -> tuple[Any, Database]:
        """A project at head, and its database."""
        database = self.database(kind)
        return migrated(ALEMBIC, self.root, database), database


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        yield Case(tmp_path, stack)


def page(root: Path, env: Broken | None = None, code: int | None = None) -> dict[str, Any]:
    """What ``doctor --json`` prints, whose exit code is the one that it names."""
    result = bootctl("doctor", "--json", cwd=root, env=env)
    found: dict[str, Any] = json.loads(result.stdout)
    assert result.code == found["exit_code"], result.stderr
    assert code is None or result.code == code, found
    return found


def told(found: dict[str, Any], severity: str) -> str:
    """All that it says of one severity, with the ways to mend it."""
    items = [item for item in found["findings"] if item["severity"] == severity]
    assert all(item["mend"] for item in items if severity != "ok")
    return "\n".join(f"{item['area']}: {item['what']} -> {item['mend']}" for item in items)


def wrong_password(case: Case) -> Broken:
    own = case.stack.enter_context(role(case.database("mariadb")))
    case.project(own.sync_url.replace(f"{own.user}@", f"{own.user}:{PASSWORD}@"))
    return {}


def server_down(case: Case) -> Broken:
    case.project(f"postgresql+psycopg2://root@127.0.0.1:{free_port()}/shop")
    return {}


def missing_database(case: Case) -> Broken:
    database = case.database("postgresql")
    case.project(database.sync_url.replace(database.name, "bootctl_nothing"))
    return {}


def no_driver(case: Case) -> Broken:
    case.project("mysql+mysqldb://root@127.0.0.1/shop")
    return {}


def missing_variable(case: Case) -> Broken:
    project = case.project(case.database("sqlite"))
    project.configure(top="import os\nurl = os.environ['SHOP_DATABASE']\n")
    return {}


def two_heads(case: Case) -> Broken:
    project, _ = case.migrated()
    project.migration("b2", "a1", Change.ADD_NAME)
    project.migration("c2", "a1", Change.ADD_NAME)
    return {}


def edited_file(case: Case) -> Broken:
    case.migrated()
    path = case.root / ALEMBIC.file("a1")
    path.write_text(path.read_text() + "\n# edited\n")
    return {}


def unknown_setting(case: Case) -> Broken:
    case.migrated()
    return {"BOOTCTL__WIAT__TIMEOUT": "5"}


def unimportable_models(case: Case) -> Broken:
    project, _ = case.migrated()
    project.alembic.env(SYNC_ENV, top="import app.nowhere\n")
    return {}


def no_orm(case: Case) -> Broken:
    return {}


def drifted(case: Case) -> Broken:
    _, database = case.migrated()
    database.execute("ALTER TABLE users ADD COLUMN shoe INTEGER")
    return {}


def pooler(case: Case) -> Broken:
    database = case.database("postgresql")
    through = case.stack.enter_context(pooled(database, "transaction"))
    case.project(through)
    return {}


def no_directory(case: Case) -> Broken:
    case.project(f"sqlite:///{case.root}/gone/shop.db")
    return {}


def cache_down(case: Case) -> Broken:
    case.migrated()
    return {"BOOTCTL__WAIT__TARGETS": f"redis://127.0.0.1:{free_port()}/0"}


ERRORS = [
    (wrong_password, 12, ["credentials", "Waiting does not heal"]),
    (server_down, 11, ["127.0.0.1", "Start it"]),
    (missing_database, 12, ["unknown database", "create the database"]),
    (no_driver, 3, ["MySQLdb"]),
    (missing_variable, 3, ["SHOP_DATABASE"]),
    (two_heads, 16, ["two heads: b2 and c2", "alembic merge heads"]),
    (edited_file, 16, ["was edited", "bootctl resolve --accept a1"]),
    (unknown_setting, 3, ["BOOTCTL__WIAT__TIMEOUT", "Did you mean BOOTCTL__WAIT__TIMEOUT"]),
    (unimportable_models, 16, ["No module named 'app'", "migrations/env.py"]),
    (no_orm, 10, ["no ORM found"]),
    (drifted, 20, ["unexpected column users.shoe"]),
    (pooler, 3, ["pooler in transaction mode", "BOOTCTL__DATABASE__MIGRATION_URL"]),
    (no_directory, 12, ["gone", "is not there"]),
    (cache_down, 11, ["redis://127.0.0.1"]),
]


QUICK = (missing_variable, two_heads, edited_file, unknown_setting, no_orm)


@pytest.mark.parametrize(
    ("broken", "code", "said"),
    [
        pytest.param(*row, id=row[0].__name__, marks=[] if row[0] in QUICK else pytest.mark.slow)
        for row in ERRORS
    ],
)
def test_what_a_boot_would_end_with(
    case: Case, broken: Callable[[Case], Broken], code: int, said: list[str]
) -> None:
    env = broken(case)
    with promptly():
        found = page(case.root, env, code)
        errors = told(found, "error")
        assert all(word in errors for word in said), errors
        assert PASSWORD not in json.dumps(found)
        areas = {item["area"] for item in found["findings"]}
        assert areas >= {"versions", "settings", "files", "process"}  # it goes on


def no_create(case: Case) -> Broken:
    case.project(case.stack.enter_context(reader(case.database("postgresql"))))
    return {}


def no_create_in_mariadb(case: Case) -> Broken:
    case.project(case.stack.enter_context(reader(case.database("mariadb"))))
    return {}


def shell_string(case: Case) -> Broken:
    case.migrated()
    (case.root / "Dockerfile").write_text("FROM python\nCMD python -m shop --port 8000\n")
    return {"BOOTCTL__SERVER__COMMAND": "sh -c 'python -m shop'"}


LATE = """
import time

if not hasattr(time, "real"):
    time.real = time.time
    time.time = lambda: time.real() + 3600
"""


def wrong_clock(case: Case) -> Broken:
    project, _ = case.migrated("postgresql")
    project.configure(top=LATE)
    return {}


def unwritable_log(case: Case) -> Broken:
    case.migrated()
    return {"BOOTCTL__LOG__TERMINATION_MESSAGE": "/proc/version"}


WARNINGS = [
    (no_create, ["may not create tables", "GRANT CREATE ON SCHEMA public"]),
    (no_create, ["may not make temporary tables", "GRANT TEMPORARY"]),
    (no_create_in_mariadb, ["may not CREATE, ALTER", "may not make temporary tables"]),
    (shell_string, ["command is a shell", "CMD python -m shop --port 8000 is one string"]),
    (shell_string, ['CMD ["python", "-m", "shop", "--port", "8000"]']),
    (wrong_clock, ["3600 s ahead of the database server's", "NTP"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("broken", "said"), WARNINGS, ids=lambda it: getattr(it, "__name__", ""))
def test_what_stops_no_boot(case: Case, broken: Callable[[Case], Broken], said: list[str]) -> None:
    warnings = told(page(case.root, broken(case), code=0), "warning")
    assert all(word in warnings for word in said), warnings


def listing(root: Path) -> list[tuple[str, int, float]]:
    """Every file below ``root``, with its size and when it was written."""
    return [
        (str(path), path.stat().st_size, path.stat().st_mtime)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]


def test_it_writes_nothing(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = migrated(kit, tmp_path, database)
    project.models("name")
    project.migration("a2", "a1", Change.ADD_NAME)
    before = database.dump(), listing(tmp_path)
    found = page(tmp_path, code=0)
    assert f"lacks {kit.revision('a2')}" in told(found, "note")
    assert (database.dump(), listing(tmp_path)) == before


@pytest.mark.slow
def test_a_directory_that_is_read_only(case: Case) -> None:
    folder = case.root / "data"
    folder.mkdir()
    case.project(f"sqlite:///{folder}/shop.db")
    mounted = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && exec "
    command = ["unshare", "-m", "sh", "-c", f"{mounted}{sys.executable} -m bootctl doctor --json"]
    ended = subprocess.run(
        command, cwd=case.root, env=environment(), capture_output=True, text=True, check=False
    )
    if os.geteuid() == 0:
        assert f"{folder} cannot be written" in told(json.loads(ended.stdout), "error")
        assert ended.returncode == 12


def test_every_problem_is_told(case: Case) -> None:
    env = {**edited_file(case), "BOOTCTL__WIAT__TIMEOUT": "5"}
    env["BOOTCTL__WAIT__TARGETS"] = f"redis://127.0.0.1:{free_port()}/0"
    result: Result = bootctl("doctor", cwd=case.root, env=env)
    assert result.code == 3
    for said in ("WIAT", "was edited", "redis://"):
        assert said in result.stdout
    assert "3 errors" in result.stdout
    assert "2 more" in result.verdict["message"]


@pytest.mark.slow
def test_a_page_at_a_terminal(case: Case) -> None:
    case.migrated()
    with session("doctor", cwd=case.root) as terminal:
        assert terminal.finish() == 0, terminal.text
    assert "is at-head, at a1" in terminal.text
    assert "0 errors" in terminal.text
