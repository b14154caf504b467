"""The signals that end the process, at once or as soon as what was begun is rolled back."""

import _thread
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from bootctl.errors import Interrupted
from bootctl.output import terminal
from bootctl.output.early import SIGNALS
from bootctl.output.event_loop import running_loop
from bootctl.output.exits import end_if_forked

_CALLBACK_SECONDS = 0.2
"""No driver's callback takes as long: what does is the project's own code."""

_end: Callable[[Interrupted], None] | None = None
_raising = False
_received: int | None = None
_awaited_until: float | None = None
"""When a callback that a signal found running is interrupted after all."""


def handle_signals(end: Callable[[Interrupted], None] | None = None) -> None:
    """Call ``end``, which ends the process, for the first signal that comes; without one, raise it.

    Without a handler of its own, PID 1 ignores SIGTERM.
    """
    global _end
    _end = end
    for number in SIGNALS:
        signal.signal(number, _on_signal)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextmanager
def raised() -> Iterator[None]:
    """Have a signal raise ``Interrupted`` inside, where there is something to roll back.

    Elsewhere none is raised: what it passes through may swallow it or make another of it.
    """
    global _raising
    outside, _raising = _raising, True
    try:
        yield
    finally:
        _raising = outside
    check()


def received() -> Interrupted | None:
    """Return the interruption by the signal that came, if one did: whatever became of the exception."""
    return None if _received is None else Interrupted(_received)


def handles(number: int) -> bool:
    """Return whether a signal is handled here; the project's code may have put a handler of its own."""
    return signal.getsignal(number) is _on_signal


def check() -> None:
    """Raise ``Interrupted`` where a signal came and the project's code swallowed the exception."""
    end_if_forked()
    interrupted = received()
    if interrupted:
        raise interrupted


def ignore() -> None:
    """Let no signal change how the process ends: its verdict is being written."""
    terminal.hurry()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def was_swallowed(error: BaseException | None) -> bool:
    """Return whether ``error``, which a finalizer just swallowed, was an interruption: it comes again."""
    global _received, _awaited_until
    if not isinstance(error, Interrupted):
        return False
    _received = _awaited_until = None
    _thread.interrupt_main(signal.Signals(error.signum))
    return True


def _on_signal(number: int, _: FrameType | None) -> None:
    """Interrupt an event loop between its callbacks: asyncpg crashes if it is inside of one."""
    global _awaited_until
    loop = running_loop()
    if loop is None:
        _interrupt(number)
        return
    if _awaited_until is None:
        _awaited_until = time.monotonic() + _CALLBACK_SECONDS
        loop.call_soon_threadsafe(_interrupt, number)
        again = (threading.main_thread().ident, number)
        timer = threading.Timer(_CALLBACK_SECONDS, signal.pthread_kill, again)
        timer.daemon = True
        timer.start()
    elif time.monotonic() >= _awaited_until:
        _interrupt(number)


def _interrupt(number: int) -> None:
    global _received
    if _received is not None:
        return  # a second signal must not interrupt the roll back that the first one began
    _received = number
    terminal.hurry()
    if _end and not _raising:
        with suppress(RuntimeError):  # the log's: it is in the middle of a line
            _end(Interrupted(number))
    raise Interrupted(number)
