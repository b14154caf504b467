"""A database server that goes away while it is migrated: typed, and nothing is lost."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases.trusting import Own, own_database
from tests.support.processes.spawned import Result
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.scenarios.gate import closed, gate, reached
from tests.support.scenarios.one_of_three import Behind, behind

pytestmark = pytest.mark.slow


@pytest.fixture(params=["postgresql", "mariadb"])
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    with own_database(request.param) as started:
        yield started


def each(*kits: Kit) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kit", kits, ids=lambda kit: kit.name)


def assert_lost(result: Result, kit: Kit, revision: str) -> None:
    verdict = result.verdict
    assert verdict["exit_code"] == 11
    assert verdict["stage"] == "migrate"
    assert verdict["cause"] == "connection lost"
    assert verdict["revision"] == kit.revision(revision)
    assert kit.file(revision) in verdict["message"]
    assert "start again" in verdict["hint"]


def waiting_while(end: Callable[[], object], project: Behind, own: Own, **settings: str) -> Result:
    """A boot that waits for the lock of another, while ``end`` ends the server of both."""
    with closed(own.database):
        migrating = project.running()
        reached(own.database)
        waiting = project.running(**settings)
        waiting.until("lock.waiting")
        end()
    assert_lost(migrating.result(), project.kit, "a2")
    return waiting.result()


@each(ALEMBIC, ASYNC_ALEMBIC, AERICH, TORTOISE)
def test_a_restart_in_the_middle_of_a_migration(tmp_path: Path, own: Own, kit: Kit) -> None:
    project = behind(tmp_path, kit, own.database, a3=[gate(own.database)])
    with closed(own.database):
        migrating = project.running()
        reached(own.database)
        own.restart()
    assert_lost(migrating.result(), kit, "a3")
    project.assert_kept("a2")
    project.assert_heals()


@each(ALEMBIC, TORTOISE)
def test_a_restart_while_another_waits_for_the_lock(tmp_path: Path, own: Own, kit: Kit) -> None:
    project = behind(tmp_path, kit, own.database, a2=[gate(own.database)])
    result = waiting_while(own.restart, project, own)
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.applied")) == 2
    project.assert_heals()


@each(ASYNC_ALEMBIC, AERICH)
def test_a_server_that_stays_away(tmp_path: Path, own: Own, kit: Kit) -> None:
    project = behind(tmp_path, kit, own.database, a2=[gate(own.database)])
    verdict = waiting_while(own.server.stop, project, own, lock__timeout="2s").verdict
    assert verdict["exit_code"] == 11
    assert verdict["stage"] == "lock"
    assert verdict["cause"] in ("connection lost", "refused connection")
    assert f"127.0.0.1:{own.database.port}" in verdict["message"]
    own.start()
    project.assert_kept()
    project.assert_heals()


@each(AERICH, TORTOISE)
def test_a_wait_beside_a_migration_that_has_locked_its_tables(
    tmp_path: Path, own: Own, kit: Kit
) -> None:
    project = behind(tmp_path, kit, own.database, a3=[gate(own.database)])
    with closed(own.database):
        migrating = project.running()
        reached(own.database)
        verdict = project.migrate(lock__timeout="2s").verdict
    assert verdict["exit_code"] == 13
    [seconds] = re.findall(r"for (\d+) s$", verdict["holder"])
    assert int(seconds) >= 1
    assert migrating.result().code == 0
    project.assert_heals()
