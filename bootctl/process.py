"""bootctl as a process: its environment, its signals, and the one place where it ends."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

import click

from bootctl import log, streams
from bootctl.errors import BootError, ExitCode, Interrupted, UsageError
from bootctl.redact import redactor

ENVIRON = dict(os.environ)
"""The environment as it was at the start: user code may change ``os.environ`` before exec."""

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def guarded(command: Callable[[], Any]) -> int:
    """Run ``command``, and return the exit code; a failure's verdict is logged last."""
    for word in sys.argv:
        redactor.add_source(word)
    log.setup()
    streams.line_buffer()
    _handle_signals()
    try:
        result = command()
        return result if isinstance(result, int) else ExitCode.DONE
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        return _failed(UsageError(error.format_message(), hint="`bootctl --help` shows the usage."))
    except (Interrupted, click.Abort) as error:
        return _interrupted(error if isinstance(error, Interrupted) else Interrupted(signal.SIGINT))
    except BootError as error:
        return _failed(error)
    except SystemExit as exit_:  # click's, after completing words or where nobody reads the result
        return Interrupted(signal.SIGPIPE).exit_code if exit_.code else ExitCode.DONE
    except BaseException as error:
        return _bug(error)


def end(code: int) -> NoReturn:
    """End the process now, whatever threads or connections user code left behind."""
    streams.flush()
    os._exit(code)


def _handle_signals() -> None:
    # Without a handler of its own, PID 1 ignores SIGTERM.
    def interrupt(number: int, frame: FrameType | None) -> None:
        for ending in _ENDING:  # a second one must not interrupt the roll back
            signal.signal(ending, signal.SIG_IGN)
        raise Interrupted(number)

    for number in _ENDING:
        signal.signal(number, interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _failed(error: BootError) -> int:
    fields = {**error.fields, **log.traceback_fields(error)}
    return _verdict(error.message, error.exit_code, error.hint, fields)


def _interrupted(error: Interrupted) -> int:
    name = signal.Signals(error.signum).name
    return _verdict(
        f"ended by {name}",
        error.exit_code,
        "Start again: what was not committed is rolled back where the database can.",
        {"signal": name},
    )


def _bug(error: BaseException) -> int:
    return _verdict(
        f"a bug in bootctl: {type(error).__name__}: {error}",
        ExitCode.BUG,
        "Report it with the traceback of this line.",
        log.traceback_fields(error, full=True),
    )


def _verdict(message: str, code: int, hint: str, fields: dict[str, Any]) -> int:
    stage = log.current_stage()
    log.event(
        "boot.failed",
        message,
        level="ERROR",
        **{**fields, "stage": stage, "exit_code": int(code), "hint": hint},
    )
    return int(code)
