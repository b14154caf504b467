"""What accepts a difference, until when, and what accepts nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bootctl.database.state import Difference, Direction
from bootctl.errors import SettingsError, UsageError
from bootctl.verify import baseline
from bootctl.verify.baseline import Terms
from bootctl.verify.policy import DriftPolicy, Verdict
from tests.support.given import group

TABLE = Difference("missing table", "users")
COLUMN = Difference("changed type", "users.email", "INTEGER -> VARCHAR(100)")
TRIGGER = Difference("unexpected trigger", "users.log")

TODAY = datetime.now(UTC).date()
YESTERDAY, TOMORROW = str(TODAY - timedelta(days=1)), str(TODAY + timedelta(days=1))


def entry(item: Difference, **terms: Any) -> dict[str, Any]:
    return {"kind": item.kind, "name": item.name, "detail": item.detail, **terms}


def written(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"differences": entries}))
    return path


def verdict(*found: Difference, direction: Direction = Direction.AT_HEAD, **given: Any) -> Verdict:
    return DriftPolicy(group("verify", **given)).verdict(found, direction)


def test_the_verdict_counts_what_is_accepted(tmp_path: Path) -> None:
    path = written(tmp_path / "baseline.json", entry(TABLE), entry(COLUMN, owner="ana"))
    found = verdict(TABLE, COLUMN, TRIGGER, baseline=path, ignore="trigger:*")
    assert found.clean
    assert found.accepts == "2 accepted by the baseline, 1 ignored"
    assert [item.setting for item in found.accepted_by] == [
        "verify.baseline",
        "verify.baseline",
        "verify.ignore",
    ]
    assert verdict().accepts == ""


@pytest.mark.parametrize(
    ("expires", "is_over"),
    [(YESTERDAY, True), (str(TODAY), False), (TOMORROW, False), ("", False), (None, False)],
)
def test_an_entry_ends_after_its_last_day(
    tmp_path: Path, expires: str | None, is_over: bool
) -> None:
    terms = {"owner": "ana", "reason": "until the rewrite", "expires": expires}
    found = verdict(TABLE, baseline=written(tmp_path / "baseline.json", entry(TABLE, **terms)))
    assert found.clean is not is_over
    assert found.unused == ()
    assert [str(item) for item in found.expired] == is_over * [
        f"missing table users (until {expires} by ana: until the rewrite)"
    ]


def test_what_accepts_nothing_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "baseline.json", entry(TABLE, owner="ana"), entry(COLUMN))
    ignore = ["trigger:*", "users.email"]
    found = verdict(COLUMN, baseline=path, ignore=ignore)
    assert [str(item) for item in found.unused] == ["trigger:*", "missing table users (by ana)"]
    assert [item.setting for item in found.unused] == ["verify.ignore", "verify.baseline"]


@pytest.mark.parametrize("direction", [None, Direction.BEHIND, Direction.AHEAD, Direction.DIRTY])
def test_where_not_all_was_found_nothing_is_called_unused(direction: Direction | None) -> None:
    found = DriftPolicy(group("verify", ignore="users")).verdict((), direction)
    assert found.unused == ()


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"expires": "soon"}, "expires of missing table users is 'soon'"),
        ({"expires": 5}, "expires of missing table users is 5"),
        ({"expire": TOMORROW}, "'expire'"),
        ({"owner": ["ana"]}, "verify.baseline"),
    ],
)
def test_terms_that_are_not_understood_are_named(
    tmp_path: Path, terms: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        baseline.read(written(tmp_path / "baseline.json", entry(TABLE, **terms)))
    assert said in caught.value.message


def test_a_report_with_all_that_is_known_of_a_difference_is_a_baseline(tmp_path: Path) -> None:
    more = {"layers": [], "expected": "x", "live": "y", "fix": ["z"], "wrong": "database"}
    assert [*baseline.read(written(tmp_path / "report.json", entry(TABLE, **more)))] == [TABLE]


def test_what_is_written_again_is_the_same_text(tmp_path: Path) -> None:
    path, again = tmp_path / "one.json", tmp_path / "two.json"
    given = Terms("ana", "legacy", TODAY)
    baseline.written(path, [TRIGGER, TABLE, COLUMN], {}, given)
    baseline.written(again, [COLUMN, TRIGGER, TABLE], baseline.existing(path), Terms())
    assert again.read_text() == path.read_text()
    assert path.read_text().endswith("}\n")
    assert [*tmp_path.iterdir()] == [path, again] or [*tmp_path.iterdir()] == [again, path]
    first = json.loads(path.read_text())["differences"][0]
    assert first == entry(COLUMN, owner="ana", reason="legacy", expires=str(TODAY))


def test_terms_stay_and_are_given_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    before = {
        TABLE: Terms("ana", "", TODAY + timedelta(days=9)),
        COLUMN: Terms("", "old", TODAY - timedelta(days=9)),
        Difference("missing table", "gone"): Terms("ana", "gone"),
    }
    given = Terms("bob", "legacy", TODAY)
    kept = baseline.written(path, [TABLE, COLUMN, TRIGGER], before, Terms())
    assert kept == {TABLE: before[TABLE], COLUMN: before[COLUMN], TRIGGER: Terms()}
    renewed = baseline.written(path, [TABLE, COLUMN, TRIGGER], before, given)
    assert renewed == {
        TABLE: Terms("ana", "legacy", TODAY + timedelta(days=9)),
        COLUMN: Terms("bob", "old", TODAY),
        TRIGGER: given,
    }
    assert baseline.read(path) == renewed


def test_a_link_stays_one_and_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path, link = tmp_path / "baseline.json", tmp_path / "link.json"
    path.touch(mode=0o640)
    link.symlink_to(path)
    baseline.written(link, [TABLE], {}, Terms())
    assert link.is_symlink()
    assert [*baseline.read(path)] == [TABLE]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["no/such/folder/baseline.json", ".", "/dev/null"])
def test_where_no_file_can_be_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="the baseline cannot be written"):
        baseline.written(tmp_path / name, [TABLE], {}, Terms())
