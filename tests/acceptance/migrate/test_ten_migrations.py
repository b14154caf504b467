"""Ten migrations, one of each sort: the state is right and nothing drifts after every step."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.scenarios.ten_alembic_migrations import alembic_chain
from tests.support.scenarios.ten_migrations import STEPS
from tests.support.scenarios.ten_tortoise_migrations import aerich_chain, native_chain

pytestmark = pytest.mark.slow
IN_LONG_SUITE = ("alembic-postgresql",)

CHAINS = {"alembic": alembic_chain, "aerich": aerich_chain, "tortoise": native_chain}
QUICK = {("alembic", "sqlite")}
INSERT = "INSERT INTO users (email, name, active) VALUES ('a@example.org', 'Ann', '1')"


def status(root: Path) -> dict[str, Any]:
    """What ``bootctl status`` says, less the backend and the database."""
    result = run("bootctl", "status", "--json", cwd=root)
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    keys = ("direction", "heads", "current", "applied", "pending", "unknown")
    return {key: document[key] for key in keys}


def expected(direction: str, applied: list[str], pending: list[str]) -> dict[str, Any]:
    """What it is to say of a chain."""
    return {
        "direction": direction,
        "heads": [*applied, *pending][-1:],
        "current": applied[-1:],
        "applied": applied,
        "pending": pending,
        "unknown": [],
    }


def assert_no_drift(root: Path) -> None:
    checked = run("bootctl", "check", "--format", "json", cwd=root)
    assert checked.code == 0, checked.stdout + checked.stderr
    verdict = json.loads(checked.stdout)
    assert verdict["clean"]
    assert verdict["differences"] == verdict["accepted"] == verdict["pending"] == []


@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        pytest.param(backend, kind, marks=() if (backend, kind) in QUICK else pytest.mark.slow)
        for backend in CHAINS
        for kind in ("postgresql", "mariadb", "sqlite")
    ],
)
def test_ten_migrations(
    tmp_path: Path, fresh_database: Callable[[str], Database], backend: str, kind: str
) -> None:
    database = fresh_database(kind)
    root = tmp_path / "project"
    root.mkdir()
    chain = CHAINS[backend](root, database)
    applied: list[str] = []
    for step in STEPS:
        revision = chain.make(step)
        before = expected("behind" if applied else "fresh", applied, [revision])
        assert status(root) == before, step

        migrated = run("bootctl", "migrate", cwd=root)
        assert migrated.code == 0, migrated.stderr
        assert [line["revision"] for line in migrated.events("migrate.applied")] == [revision]
        applied.append(revision)

        assert status(root) == expected("at-head", applied, []), step
        assert_no_drift(root)
        if step == "create":
            database.execute(INSERT)
        if step == "data":
            assert database.execute("SELECT handle FROM users") == [("none",)]
    assert database.execute("SELECT email, visits FROM users") == [("a@example.org", 0)]
