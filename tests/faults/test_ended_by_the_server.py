"""A server that ends idle sessions ends the migration's each time: its setting is named, and no retry advised."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, Kit
from tests.support.projects.steps import Change, Python

PERMANENT = (12, 14)
IDLE = {
    "alembic": "import time\ntime.sleep(1.5)\nop.execute('SELECT 1')",
    "alembic-async": "import time\ntime.sleep(1.5)\nop.execute('SELECT 1')",
    "aerich": "import time\ntime.sleep(1.5)\nawait db.execute_script('SELECT 1')",
}
slow = pytest.mark.slow


def ended(root: Path, kit: Kit, url: str) -> tuple[int, str]:
    """The exit code and the message of a migration that does nothing for longer than it may."""
    project = kit.project(root, url)
    project.migration("a1", None, Change.CREATE_USERS, Python(IDLE[kit.name]))
    verdict = bootctl("migrate", cwd=root).verdict
    return verdict["exit_code"], verdict["message"] + verdict["hint"]


@pytest.mark.parametrize(
    "kit",
    [ALEMBIC, pytest.param(ASYNC_ALEMBIC, marks=slow), pytest.param(AERICH, marks=slow)],
    ids=lambda kit: kit.name,
)
@pytest.mark.parametrize("setting", ["idle_in_transaction_session_timeout"])
def test_postgresql_ends_an_idle_transaction(
    tmp_path: Path, postgresql: Database, kit: Kit, setting: str
) -> None:
    postgresql.execute(f"ALTER DATABASE {postgresql.name} SET {setting} = '500ms'")
    code, said = ended(tmp_path, kit, kit.url(postgresql))
    assert code in PERMANENT
    assert setting in said
    assert "start again" not in said
    assert postgresql.tables() <= {kit.ledger}


@pytest.mark.parametrize(
    "kit", [ALEMBIC, pytest.param(ASYNC_ALEMBIC, marks=slow)], ids=lambda kit: kit.name
)
def test_mariadb_ends_an_idle_session(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    url = f"{kit.url(mariadb)}?init_command=SET%20wait_timeout%3D1"
    code, said = ended(tmp_path, kit, url)
    assert code in PERMANENT
    assert "wait_timeout" in said


@slow
def test_the_locks_own_session_outlives_every_limit(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    """The migration is busy in the server for longer than a session may be idle."""
    database = fresh_database("postgresql")
    for setting in ("idle_session_timeout", "idle_in_transaction_session_timeout"):
        database.execute(f"ALTER DATABASE {database.name} SET {setting} = '500ms'")
    project = ALEMBIC.project(tmp_path, database)
    busy = "op.execute('SELECT pg_sleep(2)')"
    project.migration("a1", None, Change.CREATE_USERS, Python(busy))
    assert bootctl("migrate", cwd=tmp_path).code == 0
