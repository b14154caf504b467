"""bootctl as a process: its environment, its signals, and the one place where it ends."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from bootctl.errors import ExitCode
from bootctl.output import early, interruption, streams
from bootctl.output.exits import remember_process

_exit = os._exit  # what the project's code may have put in its place is not asked
ENVIRON = dict(os.environ)
"""The environment as it was at the start: user code may change ``os.environ`` before exec."""


_unwritten: OSError | None = None


@contextmanager
def written_beside_verdict() -> Iterator[None]:
    """Let a result that cannot be written inside be the verdict only where there is no other."""
    global _unwritten
    try:
        yield
    except OSError as error:
        from bootctl.cli import verdict

        if not verdict.is_unwritten(error):
            raise
        _unwritten = error


def guarded(command: Callable[[], Any]) -> int:
    """Run ``command``, and return the exit code; a failure's verdict is logged last."""
    streams.prepare()
    remember_process()
    try:
        interruption.handle_signals()
        result = command()
        _rest()
        if _unwritten is not None:
            raise _unwritten
    except BaseException as error:
        interruption.ignore()
        _start_log()
        from bootctl.cli import verdict

        # Code that a signal interrupted may have made another exception of it.
        return verdict.ended_by(interruption.received() or error)
    return result if isinstance(result, int) else ExitCode.DONE


def _rest() -> None:
    """Leave nothing on a terminal that is drawn again, if there was a log to draw below."""
    if "bootctl.output.log" in sys.modules:
        from bootctl.output import log

        log.rest()


def begin(*, moving: bool = True) -> None:
    """Log from now on, and end at once for a signal: ``--help`` and ``--version`` do without.

    ``moving``: what runs is drawn, where there is a terminal.
    Signals wait for the imports that a verdict needs: one would leave half a module.
    """
    early.hold_signals()
    _start_log()
    from bootctl.cli import verdict
    from bootctl.output import screen

    if not moving:
        screen.attached().rest()
    interruption.handle_signals(lambda error: end(verdict.interrupted(error)))


@functools.cache
def _start_log() -> None:
    """Have a log, without the secrets of the command line."""
    from bootctl.output import log
    from bootctl.output.redact import redactor

    for word in sys.argv:
        redactor.add_source(word)
    redactor.add_words(sys.argv[1:])
    log.setup()
    if log.is_live():
        from bootctl.cli.screens.live import Live
        from bootctl.output import screen

        screen.attach(Live())


def end(code: int) -> NoReturn:
    """End the process now, whatever threads or connections user code left behind."""
    if not interruption.received():  # of a result that nobody reads, the rest would wait for ever
        streams.flush()
    _exit(code)
