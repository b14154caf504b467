"""``check --tenants`` and ``status --tenants``: what they say of each, and that they write nothing."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change
from tests.support.scenarios.tenants import Fleet, codes, of_schemas, report, states

pytestmark = pytest.mark.slow


@pytest.fixture
def fleet(tmp_path: Path, postgresql: Database) -> Fleet:
    """Three tenants: at head, drifted, and not migrated."""
    found = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two", "three"])
    assert Fleet(found.project, ["one", "two"], found.env).migrate().code == 0
    postgresql.execute("ALTER TABLE two.users DROP COLUMN email")
    return found


def test_check_tells_of_each_and_writes_nothing(fleet: Fleet, postgresql: Database) -> None:
    before = postgresql.whole_dump()
    result = fleet.run("check", "--tenants", "--json")
    assert codes(result) == {"one": 0, "two": 20, "three": 20}
    assert result.code == result.verdict["exit_code"] == 20
    assert [item["pending"] for item in report(result)["tenants"]] == [[], [], ["a1"]]
    assert "missing column users.email" in report(result)["tenants"][1]["message"]
    assert report(result)["summary"] == "1 clean, 2 failed"
    cached = {line["tenant"]: line["cached"] for line in result.events("tenants.ended")}
    assert cached == {"one": True, "two": False, "three": False}
    full = fleet.run("check", "--tenants", BOOTCTL__VERIFY__MODE="full")
    assert not any(line["cached"] for line in full.events("tenants.ended"))
    assert "one" not in full.stdout.partition("1 clean")[0]
    assert postgresql.whole_dump() == before


def test_status_tells_directions_and_writes_nothing(fleet: Fleet, postgresql: Database) -> None:
    before = postgresql.whole_dump()
    result = fleet.run("status", "--tenants", "--json")
    assert result.code == 0, result.stderr
    assert states(result) == {"one": "at-head", "two": "at-head", "three": "fresh"}
    fleet.project.migration("a2", "a1", Change.ADD_NAME)
    judged = fleet.run("status", "--tenants", "--exit-code", "--shard", "0/1")
    assert judged.code == judged.verdict["exit_code"] == 18
    [heading, *rows] = judged.stdout.splitlines()[:4]
    assert heading.split() == ["tenant", "code", "state", "pending", "seconds"]
    assert [row.split()[:3] for row in rows] == [
        *(["one", "18", "behind"], ["two", "18", "behind"], ["three", "18", "fresh"]),
    ]
    assert postgresql.whole_dump() == before


@pytest.mark.parametrize(
    "words",
    [
        *(("check", "--models"), ("check", "--scratch"), ("check", "--against", "needs.json")),
        *(("check", "--format", "sarif"), ("check", "--write-baseline", "b.toml")),
        ("migrate", "--plan"),
    ],
    ids=" ".join,
)
def test_what_is_not_for_many_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = Fleet(ALEMBIC.project(tmp_path, "sqlite:///one.db"), ["one"])
    result = found.run(*words, "--tenants")
    assert result.verdict["exit_code"] == 2
    assert "exclude each other" in result.verdict["message"]
