"""Which differences count."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from bootctl.boot import refusals
from bootctl.boot.assess import assess_verdict
from bootctl.cli.reports.json import render
from bootctl.config.settings import Verify
from bootctl.database.state import Difference, Direction, History, Revision
from bootctl.errors import DriftError, SettingsError
from bootctl.migrate.inspection import Comparison, Inspection
from bootctl.verify.policy import DriftPolicy, Verdict
from tests.support.given import group

TABLE = Difference("missing table", "users")
COLUMN = Difference("changed type", "users.email", "INTEGER, not VARCHAR(100)")
INDEX = Difference("extra index", "audit.log.ix_log_at")

HISTORY = History((Revision("a1", "users", "a1.py"),), ("a1",))
EMPTY = History((), ())


@dataclass(frozen=True)
class Migrations:
    """What a refusal needs of a backend with this history."""

    known: History
    name: str = "alembic"

    def history(self) -> History:
        return self.known

    def new_migration(self, message: str, apps: tuple[str, ...] = ()) -> str:
        return f"revision {message!r}"


SOME: Any = Migrations(HISTORY)
NONE: Any = Migrations(EMPTY)


def drift(
    migrations: Any,
    *found: Difference,
    where: str = "",
    unmigrated: tuple[Difference, ...] | None = None,
) -> DriftError:
    return refusals.drift(migrations, Comparison(found, unmigrated), where)


def split(
    *found: Difference, **settings: object
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    return DriftPolicy(group("verify", **settings)).split(found)


def baseline(path: Path, *accepted: Difference) -> Path:
    verdict = Verdict(Direction.AT_HEAD, differences=accepted, accepted=(), pending=())
    path.write_text(render(verdict))
    return path


def test_without_settings_everything_counts() -> None:
    assert split(TABLE, COLUMN) == ((TABLE, COLUMN), ())


@pytest.mark.parametrize(
    ("pattern", "accepted"),
    [
        ("users", (TABLE,)),
        ("users.*", (COLUMN,)),
        ("users*", (TABLE, COLUMN)),
        ("audit.*", (INDEX,)),
        ("*.ix_*", (INDEX,)),
        ("Users", ()),
        ("user", ()),
        ("[tu]sers", (TABLE,)),
    ],
)
def test_a_pattern_accepts_the_objects_it_matches(
    pattern: str, accepted: tuple[Difference, ...]
) -> None:
    counted, found = split(TABLE, COLUMN, INDEX, ignore=[pattern])
    assert found == accepted
    assert set(counted) == {TABLE, COLUMN, INDEX} - set(accepted)


def test_several_patterns_in_one_setting() -> None:
    assert split(TABLE, COLUMN, INDEX, ignore="users, audit.*") == ((COLUMN,), (TABLE, INDEX))


def test_a_report_accepts_exactly_what_it_holds(tmp_path: Path) -> None:
    path = baseline(tmp_path / "report.json", COLUMN)
    other = Difference(COLUMN.kind, COLUMN.name, "another detail")
    assert split(TABLE, COLUMN, other, baseline=path) == ((TABLE, other), (COLUMN,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '{"differences": 5}',
        '{"differences": ["users"]}',
        '{"differences": [{"kind": "x"}]}',
        '{"differences": [{"kind": "x", "name": "y", "more": 1}]}',
        '{"differences": [{"kind": ["x"], "name": "y"}]}',
    ],
)
def test_a_bad_baseline_is_a_settings_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"verify\.baseline") as caught:
        DriftPolicy(Verify(baseline=path))
    assert str(path) in caught.value.message
    assert "bootctl check --format json" in caught.value.hint


def test_a_missing_baseline_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"report\.json"):
        DriftPolicy(Verify(baseline=tmp_path / "report.json"))


def test_a_baseline_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b'{"differences": "\xff"}')
    with pytest.raises(SettingsError, match=r"report\.json is not UTF-8"):
        DriftPolicy(Verify(baseline=path))


@pytest.mark.parametrize(
    ("count", "more"), [(1, ""), (5, ""), (6, " and 1 more"), (50, " and 45 more")]
)
def test_a_message_names_five_at_most(count: int, more: str) -> None:
    found = tuple(Difference("missing table", f"t{number:02}") for number in range(count))
    error = drift(SOME, *found, where="; on the live database")
    names = ", ".join(f"missing table t{number:02}" for number in range(min(count, 5)))
    assert error.message == f"schema drift: {names}{more}; on the live database"
    assert error.exit_code == 20
    assert len(error.fields["differences"]) == count
    json.dumps(error.fields)


def test_the_hint_is_the_command_that_makes_a_migration() -> None:
    assert "revision 'what changed'" in drift(SOME, TABLE).hint
    error = drift(NONE, TABLE)
    assert "the project has no migrations" in error.message
    assert "revision 'initial'" in error.hint


def test_files_that_make_what_the_models_say_are_not_to_be_added_to() -> None:
    assert "changed by other means" in drift(SOME, TABLE, unmigrated=()).hint
    assert "revision 'what changed'" in drift(SOME, TABLE, unmigrated=(TABLE,)).hint


def test_models_without_their_migration_are_drift_without_a_database() -> None:
    error = refusals.unmigrated(SOME, (TABLE,))
    assert "in the migration files" in error.message
    assert "revision 'what changed'" in error.hint


def test_no_difference_is_no_drift() -> None:
    verdict = Verdict(Direction.BEHIND, (), (TABLE,), ("a1",))
    assess_verdict(cast(Any, None), verdict, Inspection(()))


def test_a_check_of_a_database_that_is_behind_names_what_is_pending() -> None:
    verdict = Verdict(Direction.BEHIND, (TABLE,), (), ("a1", "a2"))
    with pytest.raises(DriftError, match="pending: a1, a2") as caught:
        assess_verdict(cast(Any, None), verdict, Inspection(()))
    assert "bootctl migrate" in caught.value.hint


def test_a_verdict_without_differences_is_clean() -> None:
    assert Verdict(Direction.AT_HEAD, (), (TABLE,), ()).clean
    assert not Verdict(Direction.AT_HEAD, (TABLE,), (), ()).clean
