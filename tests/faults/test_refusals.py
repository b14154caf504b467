"""A database that may not be written: a standby, a read-only server, a role without the grants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.roles import role
from tests.support.databases.trusting import own_database, standby_of
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.scenarios.one_of_three import Behind, behind, contents

pytestmark = pytest.mark.slow


def each(*kits: Kit) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kit", kits, ids=lambda kit: kit.name)


def assert_refused(project: Behind, cause: str, *said: str) -> None:
    verdict = project.migrate().verdict
    assert verdict["exit_code"] == 12, verdict
    assert verdict["cause"] == cause
    assert all(word in verdict["message"] + verdict["hint"] for word in said), verdict
    project.assert_kept()


def assert_waits(project: Behind, heal: Callable[[], object]) -> None:
    """With ``wait.writable``, a boot waits until the database can be written, and migrates it."""
    waiting = project.running(wait__writable="true")
    waiting.until("wait.retry")
    heal()
    result = waiting.result()
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.applied")) == 2
    project.assert_heals()


@each(ALEMBIC, TORTOISE)
def test_a_standby(tmp_path: Path, kit: Kit) -> None:
    with own_database("postgresql") as primary:
        first = behind(tmp_path, kit, primary.database)
        with standby_of(primary) as standby:
            project = replace(first, database=standby.database)
            project.connect(standby.database)
            assert_refused(project, "read-only", "MIGRATION_URL", "WAIT__WRITABLE")
            assert_waits(project, lambda: standby.database.execute("SELECT pg_promote()"))
        first.assert_kept()


@each(ASYNC_ALEMBIC, AERICH)
def test_transactions_that_only_read_by_default(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = behind(tmp_path, kit, postgresql)
    change = f"ALTER DATABASE {postgresql.name} {{}} default_transaction_read_only"
    postgresql.execute(f"{change.format('SET')} = on")
    assert_refused(project, "read-only", "MIGRATION_URL", "WAIT__WRITABLE")
    back = f"SET TRANSACTION READ WRITE; {change.format('RESET')}"
    assert_waits(project, lambda: postgresql.execute(back))


@each(ALEMBIC, TORTOISE)
def test_a_mariadb_that_only_reads(tmp_path: Path, kit: Kit) -> None:
    with own_database("mariadb") as own:
        project = behind(tmp_path, kit, own.database)
        own.database.execute("SET GLOBAL read_only = 1")
        with role(own.database) as plain:
            own.database.execute(f"GRANT ALL ON `bootctl\\_scratch\\_%`.* TO {plain.user}@'%'")
            project.connect(plain)
            assert_refused(project, "read-only", "MIGRATION_URL", "WAIT__WRITABLE")
            assert_waits(project, lambda: own.database.execute("SET GLOBAL read_only = 0"))


USED = "SELECT, INSERT, UPDATE, DELETE"
FORBID = {
    "postgresql": [
        "REVOKE CREATE ON SCHEMA public FROM {user}",
        f"GRANT {USED} ON ALL TABLES IN SCHEMA public TO {{user}}",
    ],
    "mariadb": [
        "REVOKE ALL ON {name}.* FROM {user}@'%'",
        f"GRANT {USED} ON {{name}}.* TO {{user}}@'%'",
        "GRANT ALL ON `bootctl\\_scratch\\_%`.* TO {user}@'%'",
    ],
}
PERMIT = {
    "postgresql": "GRANT {admin} TO {user}",
    "mariadb": "GRANT ALL ON {name}.* TO {user}@'%'",
}


KIND = pytest.mark.parametrize("kind", ["postgresql", "mariadb"])


@contextmanager
def user_of(database: Database) -> Iterator[tuple[Database, Callable[[], object]]]:
    """The database as one sees it who may use its tables; and what lets them change these too."""
    with role(database) as plain:
        names = {"user": plain.user, "admin": database.user, "name": database.name}
        for statement in FORBID[database.kind]:
            database.execute(statement.format_map(names))
        yield plain, lambda: database.execute(PERMIT[database.kind].format_map(names))


@each(ALEMBIC, AERICH, TORTOISE)
@KIND
def test_a_role_that_may_not_alter(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    project = behind(tmp_path, kit, fresh_database(kind))
    with user_of(project.database) as (plain, permit):
        project.connect(plain)
        project = replace(project, before=contents(project.database))
        assert_refused(project, "permission", kit.file("a2"), "the grants")
        permit()
        project.assert_heals()


@each(ALEMBIC, ASYNC_ALEMBIC, TORTOISE)
@KIND
def test_a_role_that_may_not_create(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    database = fresh_database(kind)
    with user_of(database) as (plain, permit):
        kit.project(tmp_path, plain)
        before = contents(database)
        verdict = bootctl("migrate", cwd=tmp_path).verdict
        assert verdict["exit_code"] == 12
        assert verdict["cause"] == "permission"
        assert "the grants" in verdict["hint"]
        assert contents(database) == before
        permit()
        assert bootctl("migrate", cwd=tmp_path).code == 0
