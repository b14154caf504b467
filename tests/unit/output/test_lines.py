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
