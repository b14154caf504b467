"""What is accepted: with a kind, a reason, an owner and an end; and adopting bootctl in one command."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.support.projects.steps import Change

pytestmark = pytest.mark.exhaustive

TODAY = datetime.now(UTC).date()
TERMS = ("--owner", "ana", "--reason", "legacy", "--expires", "2999-01-31")
BASELINE = {"BOOTCTL__VERIFY__BASELINE": "baseline.json"}


def drifting(root: Path, database: Database, kit: Kit) -> None:
    """A project at head, on whose database somebody has made a table and a column."""
    kit.project(root, database)
    assert bootctl("migrate", cwd=root).code == 0
    database.execute("CREATE TABLE scratch (id INTEGER NOT NULL PRIMARY KEY)")
    database.execute("ALTER TABLE users ADD COLUMN note VARCHAR(20)")


def adopted(root: Path, *options: str, env: Mapping[str, str] | None = None) -> Result:
    """What ``check --write-baseline`` answers."""
    return bootctl("check", "--write-baseline", "baseline.json", *options, cwd=root, env=env)


def entries(root: Path) -> list[dict[str, Any]]:
    """What the baseline has."""
    found: list[dict[str, Any]] = json.loads((root / "baseline.json").read_text())["differences"]
    return found


def changed(root: Path, **terms: str) -> None:
    """Give the entry of the table other terms."""
    document = {"differences": entries(root)}
    next(item for item in document["differences"] if item["name"] == "scratch").update(terms)
    (root / "baseline.json").write_text(json.dumps(document))


def test_adopting_is_one_command(tmp_path: Path, database: Database, kit: Kit) -> None:
    drifting(tmp_path, database, kit)
    before = database.dump()
    result = adopted(tmp_path, *TERMS)
    assert result.code == 0, result.stderr
    assert "no drift" in result.stdout
    [event] = result.events("verify.baseline_written")
    assert event["entries"] == 2
    terms = {"owner": "ana", "reason": "legacy", "expires": "2999-01-31"}
    assert [(item["kind"], item["name"]) for item in entries(tmp_path)] == [
        ("unexpected column", "users.note"),
        ("unexpected table", "scratch"),
    ]
    assert all(item.items() >= terms.items() for item in entries(tmp_path))
    assert database.dump() == before

    written = (tmp_path / "baseline.json").read_bytes()
    (tmp_path / "baseline.json").unlink()
    named_before = adopted(tmp_path, *TERMS, env=BASELINE)
    assert named_before.code == 0, named_before.stderr
    assert (tmp_path / "baseline.json").read_bytes() == written

    assert bootctl("check", cwd=tmp_path).code == 20
    started = bootctl("run", "--", "true", cwd=tmp_path, env=BASELINE)
    assert started.code == 0, started.stderr
    [clean] = started.events("verify.clean")
    assert "2 accepted by the baseline" in clean["message"]
    assert len(clean["accepted"]) == 2


def test_writing_it_again_changes_nothing(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    drifting(tmp_path, sqlite, kit)
    assert adopted(tmp_path, "--owner", "ana").code == 0
    changed(tmp_path, owner="bob", reason="the importer's", expires="2999-12-31")
    assert adopted(tmp_path, env=BASELINE).code == 0
    first = (tmp_path / "baseline.json").read_bytes()
    assert adopted(tmp_path).code == 0
    assert (tmp_path / "baseline.json").read_bytes() == first
    by_name = {item["name"]: item for item in entries(tmp_path)}
    assert by_name["scratch"]["owner"] == "bob"
    assert by_name["scratch"]["expires"] == "2999-12-31"
    assert by_name["users.note"]["owner"] == "ana"

    sqlite.execute("DROP TABLE scratch")
    assert adopted(tmp_path).code == 0
    assert [item["name"] for item in entries(tmp_path)] == ["users.note"]


@pytest.mark.parametrize("command", [("check",), ("migrate",), ("run", "--", "true")], ids=" ".join)
def test_an_entry_that_is_over_counts_again(
    tmp_path: Path, sqlite: Database, kit: Kit, command: tuple[str, ...]
) -> None:
    drifting(tmp_path, sqlite, kit)
    assert adopted(tmp_path).code == 0
    changed(tmp_path, owner="ana", reason="until the rewrite", expires=str(TODAY))
    assert bootctl(*command, cwd=tmp_path, env=BASELINE).code == 0
    yesterday = str(TODAY - timedelta(days=1))
    changed(tmp_path, expires=yesterday)
    result = bootctl(*command, cwd=tmp_path, env=BASELINE)
    assert result.code == 20
    assert result.verdict["differences"] == ["unexpected table scratch"]
    [event] = result.events("verify.expired")
    assert event["level"] == "warning"
    expected = {"owner": "ana", "reason": "until the rewrite", "expires": yesterday}
    assert event.items() >= expected.items()
    assert "ana" in event["message"]
    assert f"until {yesterday} by ana: until the rewrite" in result.verdict["message"]


@pytest.mark.parametrize("command", [("check",), ("run", "--", "true")], ids=" ".join)
def test_an_entry_that_accepts_nothing_is_told(
    tmp_path: Path, sqlite: Database, kit: Kit, command: tuple[str, ...]
) -> None:
    drifting(tmp_path, sqlite, kit)
    assert adopted(tmp_path, "--owner", "ana").code == 0
    sqlite.execute("DROP TABLE scratch")
    env = {**BASELINE, "BOOTCTL__VERIFY__IGNORE": "trigger:audit.*,column:users.note"}
    result = bootctl(*command, cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    told = {line["entry"]: line for line in result.events("verify.unused")}
    assert set(told) == {"trigger:audit.*", "unexpected table scratch"}
    assert told["unexpected table scratch"]["owner"] == "ana"
    assert all(line["level"] == "warning" for line in told.values())


@pytest.mark.parametrize(
    ("ignore", "accepts"),
    [
        ("table:scratch,unexpected-column:users.*", True),
        ('["table:scratch", "column:*"]', True),
        ('[{"kind": "table", "name": "scratch", "reason": "a DBA"}, "users.note"]', True),
        ("view:scratch,users.note", False),
        ("missing-table:scratch,users.note", False),
    ],
)
def test_a_kind_in_a_variable(
    tmp_path: Path, sqlite: Database, kit: Kit, ignore: str, accepts: bool
) -> None:
    drifting(tmp_path, sqlite, kit)
    result = bootctl("check", cwd=tmp_path, env={"BOOTCTL__VERIFY__IGNORE": ignore})
    assert result.code == (0 if accepts else 20)


def test_tables_and_strings_in_pyproject(tmp_path: Path, sqlite: Database) -> None:
    drifting(tmp_path, sqlite, ALEMBIC)
    path = tmp_path / "pyproject.toml"
    path.touch()
    path.write_text(
        path.read_text()
        + """
[tool.bootctl]
verify.ignore = [
    "column:users.*",
    {kind = "table", name = "scratch", reason = "the DBA's"},
    {kind = "trigger", name = "audit.*", reason = "the auditors' own"},
]
"""
    )
    result = bootctl("check", "--format", "json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [unused] = result.events("verify.unused")
    assert unused["entry"] == "trigger:audit.*"
    assert unused["reason"] == "the auditors' own"
    shown = json.loads(bootctl("config", "--json", cwd=tmp_path).stdout)["verify.ignore"]["value"]
    assert shown[:2] == ["column:users.*", "table:scratch (the DBA's)"]


def test_no_baseline_of_a_database_that_is_not_at_head(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    drifting(tmp_path, sqlite, kit)
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Change.ADD_NAME)
    result = adopted(tmp_path)
    assert result.code == 18
    assert not (tmp_path / "baseline.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--write-baseline", "no/such/folder/baseline.json"), 2),
        (("--write-baseline", "/dev/null"), 2),
        (("--write-baseline", "baseline.json", "--expires", "soon"), 2),
        (("--write-baseline", "baseline.json", "--models"), 2),
        (("--owner", "ana"), 2),
    ],
)
def test_what_cannot_be_written(
    tmp_path: Path, sqlite: Database, arguments: tuple[str, ...], code: int
) -> None:
    drifting(tmp_path, sqlite, AERICH)
    result = bootctl("check", *arguments, cwd=tmp_path)
    assert result.code == code, result.stderr
    assert not (tmp_path / "baseline.json").exists()
