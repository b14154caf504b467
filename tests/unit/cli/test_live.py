"""What is drawn while a command runs, and the log's lines that come meanwhile."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from bootctl.cli.screens.live import Live
from bootctl.output import log

_DRAWS_SECONDS, _ENDS_SECONDS = 0.5, 5.0


def test_the_last_line_comes_while_something_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Sequence[str]] = []
    monkeypatch.setattr(log, "is_live", lambda: True)
    monkeypatch.setattr(log, "draw", lambda lines: _under_the_lock(lambda: drawn.append(lines)))
    live = Live()

    def end() -> None:
        with log.alone():  # as whoever writes a line
            live.stage("migrate")
            time.sleep(_DRAWS_SECONDS)  # the thread that draws waits for its turn
            live.rest()

    ending = threading.Thread(target=end, daemon=True)
    ending.start()
    ending.join(_ENDS_SECONDS)
    assert not ending.is_alive()
    assert drawn[-1] == []


@pytest.mark.parametrize(
    ("does", "waits"),
    [
        ("CREATE INDEX on notes, building index: 12 %", False),
        ("CREATE INDEX on notes", False),
        ("CREATE INDEX on notes, waits for pid 7", True),
    ],
)
def test_who_was_waited_for_is_drawn_as_long_as_the_server_says_so(does: str, waits: bool) -> None:
    live = Live()
    applying = {"event": "migrate.applying", "level": "info", "message": "applying a2"}
    blocked = {"event": "migrate.blocked", "level": "warning", "blockers": ["pid 7"]}
    for line in (applying, blocked):
        live.line(line)
    live.doing(does)
    assert ("pid 7" in live._text(live._drawn())) == waits


def _under_the_lock(act: Callable[[], None]) -> None:
    with log.alone():
        act()
