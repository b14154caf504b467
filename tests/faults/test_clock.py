"""The wall clock jumps by hours, back and forth: no deadline and no duration follows it."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.jumping_clock import HOURS, jumping
from tests.support.processes.spawned import Result, bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Python
from tests.support.scenarios.one_of_three import behind
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

LONG = 60
"""Seconds that nothing here takes."""
OPEN = "go"
GATE = Python(f"""\
import os, time
while not os.path.exists("{OPEN}"):
    time.sleep(0.05)
""")


def assert_jumped(result: Result) -> None:
    times = [datetime.fromisoformat(line["time"]).timestamp() for line in result.lines]
    assert max(times) - min(times) > HOURS * 3600 - LONG
    durations = [line["duration_ms"] for line in result.lines if "duration_ms" in line]
    assert durations
    assert all(0 <= duration < LONG * 1000 for duration in durations)


@pytest.mark.parametrize(
    ("kind", "kit"),
    [("postgresql", ALEMBIC), ("mariadb", AERICH), ("sqlite", ALEMBIC), ("sqlite", TORTOISE)],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_migration(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    project = behind(tmp_path, kit, fresh_database(kind))
    result = project.running(jumping()).result()
    assert result.code == 0, result.stderr
    assert_jumped(result)
    assert len(result.events("migrate.applied")) == 2
    project.assert_heals()


@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_a_wait_for_the_lock(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    project = behind(tmp_path, ALEMBIC, fresh_database(kind), a2=[GATE])
    migrating = project.running(jumping())
    migrating.until("migrate.applying")
    waiting = project.running(jumping(), lock__timeout="1500ms")
    waiting.until("lock.waiting")
    began = time.monotonic()
    blocked = waiting.result()
    assert 1 < time.monotonic() - began < LONG
    assert_jumped(blocked)
    assert blocked.verdict["exit_code"] == 13
    [seconds] = re.findall(r"for (-?\d+) s$", blocked.verdict["holder"])
    assert 0 <= int(seconds) < LONG
    (project.root / OPEN).touch()
    migrated = migrating.result()
    assert migrated.code == 0, migrated.stderr
    assert_jumped(migrated)
    project.assert_heals()


def test_a_wait_for_another_that_migrates(tmp_path: Path, sqlite: Database) -> None:
    project = behind(tmp_path, ALEMBIC, sqlite)
    result = project.running(jumping(), migrate__mode="wait", lock__timeout="1s").result()
    assert result.verdict["exit_code"] == 11
    assert "within 1 s" in result.verdict["message"]
    assert_jumped(result)


@pytest.mark.parametrize("scheme", ["tcp", "postgresql", "mysql"])
def test_a_wait_for_a_dependency(tmp_path: Path, scheme: str) -> None:
    target = f"{scheme}://127.0.0.1:{free_port()}" + ("" if scheme == "tcp" else "/app")
    environment = {**jumping(), "BOOTCTL__WAIT__TIMEOUT": "1s"}
    began = time.monotonic()
    result = bootctl("wait", target, cwd=tmp_path, env=environment)
    assert 1 <= time.monotonic() - began < LONG
    assert result.verdict["exit_code"] == 11
    [state] = result.verdict["targets"]
    assert 1000 <= state["duration_ms"] < LONG * 1000
