"""How a line of the log is written for a person."""

import pytest

from bootctl.output.lines import told_to_person


@pytest.mark.parametrize("event", ["exec", "migrate.running_unknown"])
def test_no_line_is_wider_than_the_terminal(event: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    line = {"level": "info", "event": event, "message": "one two three four " * 9}
    told = told_to_person(line, 60).splitlines()
    assert told[0].startswith(f"{event:<16} one")
    assert all(50 < len(row) <= 60 for row in told[:-1])


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 ms"),
        (339, "339 ms"),
        (2_100, "2.1 s"),
        (59_999, "59 s"),
        (300_275, "5 min 0 s"),
        (3_725_000, "62 min 5 s"),
    ],
)
def test_a_duration_is_told_as_a_person_says_it(
    ms: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    line = {"level": "info", "event": "migrate.applied", "message": "1a2b", "duration_ms": ms}
    assert told_to_person(line) == f"migrate.applied  1a2b  {said}\n"
