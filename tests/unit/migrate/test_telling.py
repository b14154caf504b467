"""What is told of a long migration, and when; with a lock that says what a server would."""

import time
from itertools import islice, pairwise
from typing import Any

import pytest

from bootctl.database.activity import Activity
from bootctl.database.state import Revision
from bootctl.migrate import telling
from bootctl.migrate.protocol import Guard
from bootctl.migrate.telling import Teller, moments
from bootctl.output import log

REVISION = Revision("a1", "add notes", "migrations/a1.py")
INDEXING = Activity(
    "active", "", "CREATE INDEX", "notes", "building index", 5, 20, "blocks", 25.0, ("pid 7",)
)


class Lock:
    """Answers with what it was made of, or raises it."""

    def __init__(self, found: Activity | Exception | None) -> None:
        self.found = found
        self.asked = 0

    def activity(self) -> Activity | None:
        self.asked += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is logged, of a teller that is in a hurry."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(telling, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(telling, "_FIRST_MS", 40)
    monkeypatch.setattr(
        log, "event", lambda name, message, **fields: found.append({"message": message, **fields})
    )
    return found


def upgrade(lock: Any, seconds: float = 0.15, text: str = "UPDATE notes SET a = 's3cret'") -> None:
    teller = Teller(lock)
    guard = teller.heard(Guard(lambda _: None, lock, None))
    with teller:
        guard.before_step(REVISION)
        assert guard.executing is not None
        guard.executing(text)
        time.sleep(seconds)


def test_it_is_told_after_ten_seconds_and_then_at_least_each_minute() -> None:
    at = [ms // 1000 for ms in islice(moments(), 12)]
    assert at[:5] == [10, 25, 47, 81, 131]
    assert all(later - earlier <= 60 for earlier, later in pairwise(at))


def test_all_that_the_server_says_is_told(told: list[dict[str, Any]]) -> None:
    upgrade(Lock(INDEXING))
    assert told[0]["message"] == (
        f"{REVISION} has run for 0 s: CREATE INDEX on notes, waits for pid 7, building index, 25 % "
        "(5 of 20 blocks)"
    )
    assert (
        told[0].items()
        >= {
            "revision": "a1",
            "statement": "CREATE INDEX",
            "table": "notes",
            "phase": "building index",
            "done": 5,
            "total": 20,
            "unit": "blocks",
            "percent": 25.0,
            "blockers": ["pid 7"],
        }.items()
    )


@pytest.mark.parametrize("found", [None, RuntimeError("the session is gone"), TimeoutError()])
def test_where_no_server_answers_the_time_is_told(
    told: list[dict[str, Any]], found: Exception | None
) -> None:
    lock = Lock(found)
    upgrade(lock)
    assert told[0]["message"] == f"{REVISION} has run for 0 s: UPDATE on notes"
    assert told[0].keys() == {
        "message",
        "revision",
        "duration_ms",
        "statement",
        "table",
        "statement_ms",
    }
    if found:
        assert lock.asked == 1


def test_a_short_migration_is_not_asked_about(told: list[dict[str, Any]]) -> None:
    lock = Lock(INDEXING)
    upgrade(lock, seconds=0)
    assert not told
    assert not lock.asked


def test_what_is_verified_is_no_migration(told: list[dict[str, Any]]) -> None:
    lock: Any = Lock(INDEXING)
    teller = Teller(lock)
    guard = teller.heard(Guard(lambda _: None, lock, None))
    with teller:
        guard.before_step(REVISION)
        guard.stepped()
        time.sleep(0.1)
    assert not told
