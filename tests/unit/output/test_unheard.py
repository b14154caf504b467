"""Signals that the main thread cannot handle yet."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from bootctl.output import interruption
from bootctl.output.unheard import unheard


def asked(is_unheard: Callable[[], bool]) -> bool:
    """The answer of another thread."""
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(is_unheard()))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The signals that came to a handler that is taken for bootctl's, and notes them only."""
    came: list[int] = []
    monkeypatch.setattr(interruption, "_on_signal", lambda number, _: came.append(number))
    before = signal.signal(signal.SIGTERM, interruption._on_signal)
    yield came
    signal.signal(signal.SIGTERM, before)


def test_a_signal_is_told_until_it_is_received(
    handled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with unheard() as is_unheard:
        assert not asked(is_unheard)
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked(is_unheard)
        assert asked(is_unheard)
        monkeypatch.setattr(interruption, "_received", signal.SIGTERM)
        assert not asked(is_unheard)
    assert handled == [signal.SIGTERM]


def test_a_signal_of_the_project_s_own_is_not(handled: list[int]) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        with unheard() as is_unheard:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            signal.sigtimedwait([], 0.05)
            assert not asked(is_unheard)
    finally:
        signal.signal(signal.SIGALRM, before)
